import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { is, Param, Placeholder } from 'drizzle-orm';
import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import type { Awaitable } from '@shared/kernel/result.ts';

export type Drizzle = BunSQLiteDatabase<Record<string, never>> & { $client: Database };

/** What Drizzle's `prepare()` gives. */
export interface Prepared {
  all(params?: Record<string, unknown>): unknown;
  get(params?: Record<string, unknown>): unknown;
  run(params?: Record<string, unknown>): unknown;
  getQuery(): { sql: string; params: unknown[] };
}

/** A statement, written once in a `store.ts` and prepared once for each connection that uses it. */
export interface Query<P extends Prepared = Prepared> {
  readonly build: (db: Drizzle) => P;
}

/**
 * Declares a statement: `query((db) => db.select().from(rooms).where(eq(rooms.id, sql.placeholder('id'))).prepare())`.
 * Unprepared Drizzle costs three times as much, so nothing else reaches the database.
 */
export const query = <P extends Prepared>(build: (db: Drizzle) => P): Query<P> => ({ build });

export type Params = Record<string, unknown>;

/** Reads. The answers are at hand at once on SQLite; callers await them so that they need not be. */
export interface Reader {
  all<P extends Prepared>(query: Query<P>, params?: Params): Awaitable<ReturnType<P['all']>>;
  get<P extends Prepared>(query: Query<P>, params?: Params): Awaitable<ReturnType<P['get']> | undefined>;
}

/** Gives a value to SQLite: of a row's parameters one, as its column stores it, or a constant. */
type Bind = (values: Params) => unknown;

const valueOf = (name: string, values: Params): unknown => {
  const value = values[name];
  if (value === undefined && !(name in values)) throw new Error(`No value for placeholder "${name}" was provided`);
  return value;
};

const bindOf = (param: unknown): Bind => {
  if (is(param, Placeholder)) return (values) => valueOf(param.name, values);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value } = param;
    const { name } = value;
    return (values) => encoder.mapToDriverValue(valueOf(name, values));
  }
  return () => param;
};

/** The prepared statements of one connection. */
export class Statements {
  readonly #db: Drizzle;
  readonly #prepared = new Map<Query, Prepared>();
  readonly #runs = new Map<Query, (values: Params) => number>();

  constructor(db: Drizzle) {
    this.#db = db;
  }

  of<P extends Prepared>(query: Query<P>): P {
    const known = this.#prepared.get(query);
    if (known) return known as P;
    const made = query.build(this.#db);
    this.#prepared.set(query, made);
    return made;
  }

  /**
   * Runs a statement for its effect; answers with the number of rows it changed. Which parameter goes where is found out
   * once: Drizzle's own `run` asks again for each of them each time, at a fifth of the cost of storing a message.
   */
  run(query: Query, values: Params = {}): number {
    let run = this.#runs.get(query);
    if (!run) {
      const { sql, params } = this.of(query).getQuery();
      const binds = params.map(bindOf);
      const statement = this.#db.$client.prepare(sql);
      run = (given) => statement.run(...(binds.map((bind) => bind(given)) as SQLQueryBindings[])).changes;
      this.#runs.set(query, run);
    }
    return run(values);
  }
}

/** A reader over prepared statements. */
export function readerOf(statements: Statements): Reader {
  return {
    all: <P extends Prepared>(query: Query<P>, params?: Params) =>
      statements.of(query).all(params) as ReturnType<P['all']>,
    get: <P extends Prepared>(query: Query<P>, params?: Params) =>
      (statements.of(query).get(params) ?? undefined) as ReturnType<P['get']> | undefined,
  };
}
