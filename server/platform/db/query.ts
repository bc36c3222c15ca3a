import type { BunSQLiteDatabase } from 'drizzle-orm/bun-sqlite';
import type { Awaitable } from '@shared/kernel/result.ts';

export type Drizzle = BunSQLiteDatabase<Record<string, never>>;

/** What Drizzle's `prepare()` gives. */
export interface Prepared {
  all(params?: Record<string, unknown>): unknown;
  get(params?: Record<string, unknown>): unknown;
  run(params?: Record<string, unknown>): unknown;
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

/** The prepared statements of one connection. */
export class Statements {
  readonly #db: Drizzle;
  readonly #prepared = new Map<Query, Prepared>();

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
