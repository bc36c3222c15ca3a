import { RefreshRefused } from '../auth/errors.ts';
import { Aborted, fail } from '../kernel/errors.ts';
import type { Awaitable, Result } from '../kernel/result.ts';
import { isUnauthenticated } from './api.ts';
import { backoff } from './backoff.ts';
import { isRecord } from './envelope.ts';
import type { Timers } from './timers.ts';
import type { Outbox, Outgoing } from './types.ts';

/** An action as it is kept. */
export type Action = Pick<Outgoing, 'key' | 'module' | 'function' | 'input' | 'createdAt'>;

/** Where actions are kept until they are answered, oldest first. A failing storage costs only the keeping. */
export interface OutboxStorage {
  load(): Awaitable<readonly Action[]>;
  save(action: Action): Awaitable<void>;
  remove(key: string): Awaitable<void>;
}

/** Keeps actions as long as the page lives. */
export const memoryStorage = (): OutboxStorage => ({ load: () => [], save() {}, remove() {} });

export interface OutboxQueue extends Outbox {
  /** Tries the oldest action now instead of waiting for the backoff. */
  wake(): void;
  /** Somebody is signed in (again): goes on. */
  resume(): void;
  /** Forgets every action. */
  clear(): void;
}

export interface OutboxDeps {
  timers: Timers;
  random: () => number;
  storage: OutboxStorage;
  send(action: Action, signal: AbortSignal): Promise<Result<unknown>>;
}

interface Entry extends Outgoing {
  readonly abort: AbortController;
  readonly saved: Promise<unknown>;
  settle(result: Result<unknown>): void;
}

/** Refused for want of a session: kept, until somebody signs in. */
const needsSession = (result: Result<unknown>): boolean =>
  isUnauthenticated(result) || (!result.ok && result.error.code === RefreshRefused.code);

export function createOutbox({ timers, random, storage, send }: OutboxDeps): OutboxQueue {
  const queue: Entry[] = [];
  let failures = 0;
  let held = false;
  let sessions = 0;
  let running = false;
  let wake = () => {};

  /** What storage does must not stand in the way of sending. */
  const kept = <T>(work: () => Awaitable<T>): Promise<T | undefined> =>
    Promise.resolve()
      .then(work)
      .catch(() => undefined);

  function entry(action: Action, saved: Promise<unknown>): Entry {
    let settle: Entry['settle'] = () => {};
    const done = new Promise<Result<unknown>>((resolve) => (settle = resolve));
    return { ...action, done, settle, saved, abort: new AbortController() };
  }

  const loaded = kept(() => storage.load()).then((actions) => {
    queue.unshift(...(actions ?? []).map((action) => entry(action, Promise.resolve())));
  });

  function leave(leaving: Entry, result: Result<unknown>) {
    queue.splice(queue.indexOf(leaving), 1);
    failures = 0;
    void kept(() => storage.remove(leaving.key));
    leaving.settle(result);
  }

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = timers.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  async function run() {
    if (running) return;
    running = true;
    await loaded;
    for (let head = queue[0]; head && !held; head = queue[0]) {
      await head.saved;
      if (queue[0] !== head) continue;
      const { key, module, function: fn, input, createdAt } = head;
      const asked = sessions;
      const result = await send({ key, module, function: fn, input, createdAt }, head.abort.signal);
      if (queue[0] !== head) continue;
      // Somebody may have signed in since it was sent.
      if (needsSession(result)) held = asked === sessions;
      else if (result.ok || !result.error.retryable) leave(head, result);
      else await pause(Math.max((result.error.retryAfter ?? 0) * 1000, backoff(failures++, random)));
    }
    running = false;
  }

  function cancel(key: string): boolean {
    const found = queue.find((each) => each.key === key);
    if (!found) return false;
    leave(found, fail(Aborted));
    found.abort.abort();
    wake();
    return true;
  }

  return {
    enqueue<T>(module: string, fn: string, input: unknown, key: string) {
      let found = queue.find((each) => each.key === key);
      if (!found) {
        const fields = isRecord(input) ? input : {};
        const action: Action = { key, module, function: fn, input: fields, createdAt: timers.now() };
        found = entry(
          action,
          kept(() => storage.save(action)),
        );
        queue.push(found);
        void run();
      }
      // The contract of the function states what the server answers.
      return found as Outgoing as Outgoing<T>;
    },
    pending: () => [...queue],
    cancel,
    wake: () => wake(),
    resume() {
      sessions++;
      held = false;
      wake();
      void run();
    },
    clear() {
      for (const { key } of [...queue]) cancel(key);
    },
  };
}
