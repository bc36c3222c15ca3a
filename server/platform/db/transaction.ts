import type { Awaitable } from '@shared/kernel/result.ts';
import { type Params, type Query, type Reader, readerOf, type Statements } from './query.ts';

/**
 * One caller's share of a group commit. Everything written through it commits together or not at all; it is dead once
 * its callback has settled, so that a late write cannot land among a neighbour's rows.
 */
export interface Tx extends Reader {
  run(query: Query, params?: Params): Awaitable<void>;
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
  readonly #reader: Reader;
  #open = true;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#reader = readerOf(statements);
  }

  get open(): boolean {
    return this.#open;
  }

  all: Reader['all'] = (query, params) => {
    this.#check();
    return this.#reader.all(query, params);
  };

  get: Reader['get'] = (query, params) => {
    this.#check();
    return this.#reader.get(query, params);
  };

  run(query: Query, params?: Params): void {
    this.#check();
    this.#statements.of(query).run(params);
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
