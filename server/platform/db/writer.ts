import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from 'bun:sqlite';
import type { Awaitable } from '@shared/kernel/result.ts';
import { Statements, type Drizzle } from './query.ts';
import { Transaction, type Tx } from './transaction.ts';

/** Writes that share one commit at most: beyond that a batch's latency grows faster than its rate. */
const BATCH = 512;

export class NestedWriteError extends Error {
  override readonly name = 'NestedWriteError';
  constructor() {
    super('db.write was called inside a write callback: use the tx that the callback was given');
  }
}

export class UnsettledWriteError extends Error {
  override readonly name = 'UnsettledWriteError';
  constructor() {
    super('A write callback awaited something other than its tx: it was rolled back');
  }
}

/** The database could not store the batch: full, read-only or failing. Nothing of it was kept. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(cause: unknown) {
    super(`The database could not store the change: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

export interface Writer {
  /**
   * Runs the callback in the next group commit and resolves once it is durable. A callback that throws, or returns a
   * failed Result, is rolled back alone; its neighbours commit.
   */
  write<T>(callback: (tx: Tx) => Awaitable<T>): Promise<T>;
  /** Resolves when everything handed in so far has settled. */
  idle(): Promise<void>;
}

interface Job {
  callback: (tx: Tx) => Awaitable<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  tx?: Transaction;
  outcome?: { value: unknown } | { error: unknown };
}

export interface WriterOptions {
  sqlite: Database;
  drizzle: Drizzle;
  /** Told of an effect that threw: the write itself is committed and stays so. */
  onEffectError: (error: unknown) => void;
  /** Told the number of writes of each commit and the milliseconds it took. */
  onCommit?: (writes: number, milliseconds: number) => void;
}

const isFailure = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { ok?: unknown }).ok === false;

/** The one writer of a database: callbacks strictly one after another, many of them to a commit. */
export function createWriter({ sqlite, drizzle, onEffectError, onCommit }: WriterOptions): Writer {
  const statements = new Statements(drizzle);
  const inside = new AsyncLocalStorage<Job>();
  let queue: Job[] = [];
  let scheduled = false;
  const idlers: (() => void)[] = [];

  const settle = async (job: Job, pending: Promise<unknown>): Promise<void> => {
    // An immediate fires only after the microtask queue has drained; by then the callback must have settled.
    let handle: ReturnType<typeof setImmediate> | undefined;
    const drained = new Promise<void>((resolve) => {
      handle = setImmediate(resolve);
    });
    await Promise.race([
      pending.then(
        (value) => {
          job.outcome ??= { value };
        },
        (error: unknown) => {
          job.outcome ??= { error };
        },
      ),
      drained,
    ]);
    clearImmediate(handle);
    job.outcome ??= { error: new UnsettledWriteError() };
  };

  const runJob = async (job: Job, savepoint: boolean): Promise<void> => {
    const tx = new Transaction(statements);
    job.tx = tx;
    if (savepoint) sqlite.run('SAVEPOINT job');
    try {
      const value = inside.run(job, () => job.callback(tx));
      if (value instanceof Promise) await settle(job, value);
      else job.outcome = { value };
    } catch (error) {
      job.outcome = { error };
    }
    tx.close();
    if (!job.outcome || 'error' in job.outcome || isFailure(job.outcome.value)) {
      tx.undo();
      if (savepoint && sqlite.inTransaction) sqlite.run('ROLLBACK TO job; RELEASE job');
      else if (!savepoint && sqlite.inTransaction) sqlite.run('ROLLBACK');
    } else if (savepoint) sqlite.run('RELEASE job');
  };

  const finish = (job: Job): void => {
    if (!job.outcome) return;
    if ('error' in job.outcome) job.reject(job.outcome.error);
    else job.resolve(job.outcome.value);
  };

  const abandon = (jobs: Job[], cause: unknown): void => {
    if (sqlite.inTransaction) sqlite.run('ROLLBACK');
    const error = cause instanceof StorageError ? cause : new StorageError(cause);
    for (const job of jobs.toReversed()) {
      job.tx?.undo();
      job.outcome = job.outcome && 'error' in job.outcome ? job.outcome : { error };
    }
  };

  const runBatch = async (jobs: Job[]): Promise<void> => {
    const started = performance.now();
    try {
      sqlite.run('BEGIN IMMEDIATE');
      for (const job of jobs) {
        await runJob(job, jobs.length > 1);
        // SQLite itself rolls everything back on some errors (disk full, RAISE(ROLLBACK)).
        if (!sqlite.inTransaction && jobs.length > 1) {
          const cause = job.outcome && 'error' in job.outcome ? job.outcome.error : new Error('rolled back');
          throw new StorageError(cause);
        }
      }
      if (sqlite.inTransaction) {
        sqlite.run('COMMIT');
        onCommit?.(jobs.length, performance.now() - started);
      }
    } catch (error) {
      abandon(jobs, error);
    }
    for (const job of jobs) {
      for (const effect of job.tx?.effects ?? []) {
        try {
          effect();
        } catch (error) {
          onEffectError(error);
        }
      }
      finish(job);
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const jobs = queue.slice(0, BATCH);
      queue = queue.slice(BATCH);
      await runBatch(jobs);
    }
    scheduled = false;
    for (const resolve of idlers.splice(0)) resolve();
  };

  return {
    write<T>(callback: (tx: Tx) => Awaitable<T>): Promise<T> {
      const outer = inside.getStore();
      if (outer?.tx?.open) return Promise.reject(new NestedWriteError());
      return new Promise<T>((resolve, reject) => {
        queue.push({ callback, resolve: resolve as (value: unknown) => void, reject });
        if (scheduled) return;
        scheduled = true;
        // After the sockets of this tick were read: what arrived together commits together.
        inside.exit(() => setImmediate(() => void flush()));
      });
    },
    idle: () => (scheduled ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve()),
  };
}
