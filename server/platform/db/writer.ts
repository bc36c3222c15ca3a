import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from 'bun:sqlite';
import type { Awaitable } from '@shared/kernel/result.ts';
import { Statements, type Drizzle } from './query.ts';
import { explained, StorageError } from './storage-error.ts';
import { Transaction, type Tx } from './transaction.ts';

export { StorageError } from './storage-error.ts';

/** Writes that share one commit at most: beyond that a batch's latency grows faster than its rate. */
const BATCH = 512;

/** Milliseconds after a commit of several writes within which the next one is expected to have several, too. */
const RECENT = 5;
/** Milliseconds for which a write then waits for the others: less than a commit of its own would cost them all. */
const COMPANY = 1;

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

export interface WriteOptions {
  /** What the write belongs to (a channel): writes of one lane keep their order, and a busy lane gathers. */
  lane?: string;
}

export interface Writer {
  /**
   * Runs the callback in the next group commit and resolves once it is durable. A callback that throws, or returns a
   * failed Result, is rolled back alone; its neighbours commit.
   */
  write<T>(callback: (tx: Tx) => Awaitable<T>, options?: WriteOptions): Promise<T>;
  /** Resolves when everything handed in so far has settled. */
  idle(): Promise<void>;
  /**
   * Decides how many milliseconds a lane gathers before its next commit; 0 (the default for all) commits at once. Asked
   * for each write of a lane that nothing waits in.
   */
  pace(milliseconds: (lane: string) => number): void;
  /** Whether writes of this lane wait while it gathers: those of others that come later may be committed before them. */
  gathers(lane: string): boolean;
}

interface Job {
  callback: (tx: Tx) => Awaitable<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  tx: Transaction | undefined;
  outcome: { value: unknown } | { error: unknown } | undefined;
}

/** Writes of one lane that wait for their commit together. */
interface Gathering {
  jobs: Job[];
  timer: ReturnType<typeof setTimeout>;
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
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const savepoint = sqlite.prepare('SAVEPOINT job');
  const release = sqlite.prepare('RELEASE job');
  let queue: Job[] = [];
  let scheduled = false;
  /** Runs while the first write of a batch waits for others. */
  let company: ReturnType<typeof setTimeout> | undefined;
  let last = { writes: 0, at: 0 };
  const idlers: (() => void)[] = [];
  const gatherings = new Map<string, Gathering>();
  let paceOf = (_lane: string): number => 0;

  // An immediate fires only after the microtask queue has drained; by then a callback must have settled.
  let watch: ReturnType<typeof setImmediate> | undefined;
  let overdue: (() => void) | undefined;
  const startWatch = (): void => {
    watch ??= setImmediate(() => {
      watch = undefined;
      overdue?.();
    });
  };

  const settle = (job: Job, pending: Promise<unknown>): Promise<void> =>
    new Promise((resolve) => {
      const conclude = (outcome: NonNullable<Job['outcome']>): void => {
        if (job.outcome) return;
        job.outcome = outcome;
        overdue = undefined;
        resolve();
      };
      overdue = () => conclude({ error: new UnsettledWriteError() });
      startWatch();
      pending.then(
        (value) => conclude({ value }),
        (error: unknown) => conclude({ error }),
      );
    });

  const rollBack = (tx: Transaction, alone: boolean): void => {
    tx.undo();
    if (sqlite.inTransaction) sqlite.run(alone ? 'ROLLBACK' : 'ROLLBACK TO job; RELEASE job');
  };

  const runJob = async (job: Job, alone: boolean): Promise<void> => {
    const tx = new Transaction(statements);
    job.tx = tx;
    if (!alone) savepoint.run();
    try {
      const value = inside.run(job, job.callback, tx);
      if (value instanceof Promise) await settle(job, value);
      else job.outcome = { value };
    } catch (error) {
      job.outcome = { error };
    }
    tx.close();
    const { outcome } = job;
    if (!outcome || 'error' in outcome || isFailure(outcome.value)) rollBack(tx, alone);
    else if (!alone) release.run();
  };

  const abandon = (jobs: Job[], cause: unknown): void => {
    if (sqlite.inTransaction) sqlite.run('ROLLBACK');
    const error = cause instanceof StorageError ? cause : new StorageError(cause);
    for (const job of jobs.toReversed()) {
      job.tx?.undo();
      job.outcome = job.outcome && 'error' in job.outcome ? job.outcome : { error };
    }
  };

  const finish = (job: Job): void => {
    for (const effect of job.tx?.effects ?? []) {
      try {
        effect();
      } catch (error) {
        onEffectError(error);
      }
    }
    if (!job.outcome) return;
    if ('error' in job.outcome) job.reject(explained(job.outcome.error));
    else job.resolve(job.outcome.value);
  };

  const runBatch = async (jobs: Job[]): Promise<void> => {
    const started = performance.now();
    const alone = jobs.length === 1;
    try {
      begin.run();
      for (const job of jobs) {
        await runJob(job, alone);
        // SQLite itself rolls everything back on some errors (disk full, RAISE(ROLLBACK)).
        if (!alone && !sqlite.inTransaction)
          throw new StorageError(job.outcome && 'error' in job.outcome ? job.outcome.error : new Error('rolled back'));
      }
      if (sqlite.inTransaction) {
        commit.run();
        last = { writes: Math.max(jobs.length, last.writes >> 1), at: performance.now() };
        onCommit?.(jobs.length, last.at - started);
      }
    } catch (error) {
      abandon(jobs, error);
    }
    for (const job of jobs) finish(job);
  };

  const flush = async (): Promise<void> => {
    company = undefined;
    while (queue.length > 0) {
      const jobs = queue.slice(0, BATCH);
      queue = queue.slice(BATCH);
      await runBatch(jobs);
    }
    if (watch) clearImmediate(watch);
    watch = undefined;
    scheduled = false;
    if (gatherings.size === 0) for (const resolve of idlers.splice(0)) resolve();
  };

  // After the sockets of this tick were read: what arrived together commits together.
  const soon = (): void => void setImmediate(() => void flush());

  const enqueue = (jobs: Job[]): void => {
    queue.push(...jobs);
    if (company) {
      // As many as came the last time: those who wait for their answers before they send again are all here.
      if (queue.length < last.writes) return;
      clearTimeout(company);
      company = undefined;
      inside.exit(soon);
    } else if (!scheduled) {
      scheduled = true;
      const alone = last.writes < 2 || queue.length >= last.writes || performance.now() - last.at >= RECENT;
      inside.exit(() => {
        if (alone) soon();
        else company = setTimeout(() => void flush(), COMPANY);
      });
    }
  };

  const gather = (job: Job, lane: string): void => {
    const gathering = gatherings.get(lane);
    if (gathering) {
      gathering.jobs.push(job);
      return;
    }
    const milliseconds = paceOf(lane);
    if (milliseconds <= 0) return enqueue([job]);
    const jobs = [job];
    const timer = inside.exit(() =>
      setTimeout(() => {
        gatherings.delete(lane);
        enqueue(jobs);
      }, milliseconds),
    );
    gatherings.set(lane, { jobs, timer });
  };

  return {
    write<T>(callback: (tx: Tx) => Awaitable<T>, { lane }: WriteOptions = {}): Promise<T> {
      if (inside.getStore()?.tx?.open) return Promise.reject(new NestedWriteError());
      return new Promise<T>((resolve, reject) => {
        const job: Job = {
          callback,
          resolve: resolve as (value: unknown) => void,
          reject,
          tx: undefined,
          outcome: undefined,
        };
        if (lane === undefined) enqueue([job]);
        else gather(job, lane);
      });
    },
    idle() {
      for (const [lane, { jobs, timer }] of gatherings) {
        clearTimeout(timer);
        gatherings.delete(lane);
        enqueue(jobs);
      }
      return scheduled ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve();
    },
    pace(milliseconds) {
      paceOf = milliseconds;
    },
    gathers: (lane) => gatherings.has(lane),
  };
}
