import { RefreshRefused } from '../auth/errors.ts';
import { Aborted, fail, TooOld } from '../kernel/errors.ts';
import type { Awaitable, HearthError, Result } from '../kernel/result.ts';
import { isUnauthenticated } from './api.ts';
import { backoff } from './backoff.ts';
import { withDeadline } from './deadline.ts';
import { isRecord } from './envelope.ts';
import type { Action, OpenOutbox, OutboxStorage } from './outbox-storage.ts';
import type { Timers } from './timers.ts';
import type { Outbox, Outgoing } from './types.ts';

export interface OutboxQueue extends Outbox {
  /** Tries the oldest action now instead of waiting for the backoff. */
  wake(): void;
  /** Somebody is signed in (again): goes on with what they left. */
  resume(owner: string): void;
  /** Somebody else takes over: what is kept waits for its owner. */
  leave(): void;
  /** Forgets every action. */
  clear(): void;
}

export interface OutboxDeps {
  timers: Timers;
  random: () => number;
  open: OpenOutbox;
  send(action: Action, signal: AbortSignal): Promise<Result<unknown>>;
}

interface Entry extends Outgoing {
  readonly abort: AbortController;
  saved: Promise<unknown> | undefined;
  /** Whether it may be sent although it is old. */
  confirmed: boolean;
  settle(result: Result<unknown>): void;
}

/** Milliseconds after which a person is asked before an action is sent: half of what the server remembers its key. */
const OLD = 14 * 24 * 60 * 60 * 1000;
/** Milliseconds that sending waits for the storage at most. */
const PATIENCE = 2000;

/** Refused for want of a session: kept, until somebody signs in. */
const needsSession = (result: Result<unknown>): boolean =>
  isUnauthenticated(result) || (!result.ok && result.error.code === RefreshRefused.code);

export function createOutbox({ timers, random, open, send }: OutboxDeps): OutboxQueue {
  const queue: Entry[] = [];
  /** Missing while nobody is signed in: then actions last as long as the page. */
  let storage: Promise<OutboxStorage> | undefined;
  let owner: string | undefined;
  let loaded: Promise<unknown> = Promise.resolve();
  let failures = 0;
  let held = false;
  let sessions = 0;
  let running = false;
  let wake = () => {};

  /** What storage does, or does not do in time, must not stand in the way of sending. */
  const kept = async <T>(work: (storage: OutboxStorage) => Awaitable<T>): Promise<T | undefined> => {
    const from = storage;
    if (!from) return undefined;
    const outcome = await withDeadline(timers, PATIENCE, [], async () => work(await from));
    return 'value' in outcome ? outcome.value : undefined;
  };

  const save = ({ key, module, function: fn, input, createdAt }: Action) =>
    kept((into) => into.save({ key, module, function: fn, input, createdAt }));

  function entry(action: Action, saved?: Promise<unknown>): Entry {
    let settle: Entry['settle'] = () => {};
    const done = new Promise<Result<unknown>>((resolve) => (settle = resolve));
    return {
      ...action,
      done,
      settle,
      saved,
      confirmed: false,
      abort: new AbortController(),
      get held(): HearthError | undefined {
        return this.confirmed || timers.now() - action.createdAt < OLD ? undefined : fail(TooOld).error;
      },
    };
  }

  function take(leaving: Entry, result: Result<unknown>) {
    queue.splice(queue.indexOf(leaving), 1);
    failures = 0;
    leaving.settle(result);
  }

  function finish(leaving: Entry, result: Result<unknown>) {
    take(leaving, result);
    void kept((from) => from.remove(leaving.key, result));
  }

  function drop(leaving: Entry, result: Result<unknown>) {
    take(leaving, result);
    leaving.abort.abort();
    wake();
  }

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = timers.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  const next = () => queue.find((each) => !each.held);

  async function run() {
    if (running) return;
    running = true;
    await loaded;
    for (let head = next(); head && !held; head = next()) {
      await head.saved;
      if (!queue.includes(head)) continue;
      const { key, module, function: fn, input, createdAt } = head;
      const asked = sessions;
      const result = await send({ key, module, function: fn, input, createdAt }, head.abort.signal);
      if (!queue.includes(head)) continue;
      // Somebody may have signed in since it was sent.
      if (needsSession(result)) held = asked === sessions;
      else if (result.ok || !result.error.retryable) finish(head, result);
      else await pause(backoff(failures++, random, result.error.retryAfter));
    }
    running = false;
  }

  async function load() {
    const from = storage;
    const actions = (await kept((opened) => opened.load())) ?? [];
    if (from !== storage) return;
    const known = new Set(queue.map(({ key }) => key));
    queue.unshift(...actions.filter(({ key }) => !known.has(key)).map((action) => entry(action)));
    void run();
  }

  function removed(key: string, result: Result<unknown>) {
    const found = queue.find((each) => each.key === key);
    if (found) drop(found, result);
  }

  function adopt(by: string) {
    owner = by;
    storage = Promise.resolve().then(() => open(by, removed));
    storage.catch(() => undefined);
    for (const each of queue) each.saved = save(each);
    loaded = load();
  }

  function leave() {
    for (const each of [...queue]) drop(each, fail(Aborted));
    void kept((from) => from.close?.());
    owner = storage = undefined;
    loaded = Promise.resolve();
  }

  function cancel(key: string): boolean {
    const found = queue.find((each) => each.key === key);
    if (!found) return false;
    drop(found, fail(Aborted));
    void kept((from) => from.remove(key, fail(Aborted)));
    return true;
  }

  return {
    enqueue<T>(module: string, fn: string, input: unknown, key: string) {
      let found = queue.find((each) => each.key === key);
      if (found) found.confirmed = true;
      else {
        const fields = isRecord(input) ? input : {};
        const action: Action = { key, module, function: fn, input: fields, createdAt: timers.now() };
        found = entry(action, save(action));
        queue.push(found);
      }
      void run();
      // The contract of the function states what the server answers.
      return found as Outgoing as Outgoing<T>;
    },
    pending: () => [...queue],
    async loaded() {
      await loaded;
    },
    cancel,
    wake: () => wake(),
    resume(by) {
      sessions++;
      held = false;
      if (owner !== by) adopt(by);
      wake();
      void run();
    },
    leave,
    clear() {
      for (const { key } of [...queue]) cancel(key);
    },
  };
}
