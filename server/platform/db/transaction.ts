import type { Awaitable } from '@shared/kernel/result.ts';
import type { Params, Prepared, Query, Reader, Statements } from './query.ts';

/**
 * One caller's share of a group commit. Everything written through it commits together or not at all; it is dead once
 * its callback has settled, so that a late write cannot land among a neighbour's rows.
 */
export interface Tx extends Reader {
  /** Runs a statement for its effect; answers with the number of rows it changed. */
  run(query: Query, params?: Params): Awaitable<number>;
  /** Runs after the commit, in order, before the caller of `write` goes on. For what leaves the process. */
  afterCommit(effect: () => void): void;
  /** Runs when this share or its whole batch is rolled back: for counters kept in memory. */
  onRollback(undo: () => void): void;
}

export class LateWriteError extends Error {
  override readonly name = 'LateWriteError';
  constructor() {
    super('A write callback used its transaction after it had settled: await every step inside the callback');
  }
}

export class Transaction implements Tx {
  readonly effects: (() => void)[] = [];
  readonly #undos: (() => void)[] = [];
  readonly #statements: Statements;
  #open = true;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  get open(): boolean {
    return this.#open;
  }

  all<P extends Prepared>(query: Query<P>, params?: Params): ReturnType<P['all']> {
    this.#check();
    return this.#statements.of(query).all(params) as ReturnType<P['all']>;
  }

  get<P extends Prepared>(query: Query<P>, params?: Params): ReturnType<P['get']> | undefined {
    this.#check();
    return (this.#statements.of(query).get(params) ?? undefined) as ReturnType<P['get']> | undefined;
  }

  run(query: Query, params?: Params): number {
    this.#check();
    return this.#statements.run(query, params);
  }

  afterCommit(effect: () => void): void {
    this.#check();
    this.effects.push(effect);
  }

  onRollback(undo: () => void): void {
    this.#check();
    this.#undos.push(undo);
  }

  close(): void {
    this.#open = false;
  }

  /** Takes back what was counted in memory, the newest first. */
  undo(): void {
    for (const undo of this.#undos.splice(0).reverse()) undo();
    this.effects.length = 0;
  }

  #check(): void {
    if (!this.#open) throw new LateWriteError();
  }
}
