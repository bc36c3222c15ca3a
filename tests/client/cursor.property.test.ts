import { expect, test } from 'bun:test';
import { createChannels } from '@shared/client/channels.ts';
import { createCursor } from '@shared/client/cursor.ts';
import { createTimers } from '@shared/client/timers.ts';
import { fail, Unreachable } from '@shared/kernel/errors.ts';
import type { ServerFrame, SubscribeAck } from '@shared/hub/frames.ts';
import type { Result } from '@shared/kernel/result.ts';
import * as fc from 'fast-check';
import { TestClock } from '../support/clock.ts';
import { clientClock } from './setup.ts';

const frame = (offset: number): ServerFrame & { offset: number } => ({
  event: 'chat_message',
  channel: 'room:a',
  payload: offset,
  offset,
  epoch: 'e1',
  ts: 0,
});

test('events that arrive in any order and any number of times are given out once and in order [R6]', () => {
  const arrivals = fc.integer({ min: 1, max: 40 }).chain((length) => {
    const all = Array.from({ length }, (_, at) => at + 1);
    return fc
      .tuple(fc.shuffledSubarray(all), fc.shuffledSubarray(all, { minLength: length }), fc.shuffledSubarray(all))
      .map((parts) => ({ all, arriving: parts.flat() }));
  });
  fc.assert(
    fc.property(arrivals, ({ all, arriving }) => {
      const cursor = createCursor();
      cursor.start(0);
      const given = arriving.flatMap((offset) => cursor.accept(frame(offset))).map(({ offset }) => offset);
      expect(given).toEqual(all);
      expect(cursor.behind()).toBe(false);
    }),
  );
});

type Step =
  | { do: 'publish'; lost: boolean }
  /** One item of the wire arrives. */
  | { do: 'arrive' }
  /** An event that was sent before is sent once more. */
  | { do: 'repeat'; back: number }
  /** The server answers the oldest question. */
  | { do: 'answer' }
  | { do: 'cut' }
  | { do: 'prune'; keep: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), lost: fc.boolean() }) },
  { weight: 8, arbitrary: fc.constant({ do: 'arrive' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), back: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.constant({ do: 'answer' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const), keep: fc.nat(5) }) },
);

const PAGE = 3;
const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A channel on a server and the wire to one client, as slow and as lossy as the steps say. */
function world() {
  const log: ServerFrame[] = [];
  const seen: ({ event: number } | { reset: true })[] = [];
  let pruned = 0;
  let wire: (() => void)[] = [];
  const questions: { since?: number; resolve: (result: Result<SubscribeAck>) => void }[] = [];

  const channels = createChannels({
    timers: createTimers(clientClock(new TestClock())),
    random: () => 0,
    subscribe: (_, since) => new Promise((resolve) => questions.push({ since: since?.offset, resolve })),
    unsubscribe: async () => {},
    deliver: ({ offset = 0 }) => seen.push({ event: offset }),
    reset: () => seen.push({ reset: true }),
    recovering() {},
    recovered() {},
  });
  const send = (each: ServerFrame) => wire.push(() => channels.receive(each));

  function connect() {
    channels.closed();
    wire = [];
    for (const { resolve } of questions.splice(0)) resolve(fail(Unreachable));
    const offset = log.length;
    channels.welcome({ epoch: 'e1', channels: [{ channel: 'room:a', offset }] });
  }

  function answer() {
    const question = questions.shift();
    if (!question) return;
    const { since, resolve } = question;
    const ack = { recovered: true, more: false, epoch: 'e1', offset: log.length };
    if (since === undefined || since < pruned || since > log.length) {
      wire.push(() => resolve({ ok: true, data: { ...ack, recovered: false } }));
      return;
    }
    const missed = log.slice(since);
    for (const each of missed.slice(0, PAGE)) send(each);
    const data = missed.length > PAGE ? { ...ack, more: true, offset: since + PAGE } : ack;
    wire.push(() => resolve({ ok: true, data }));
  }

  async function arrive() {
    wire.shift()?.();
    await microtasks();
  }

  function publish(lost: boolean) {
    const next = frame(log.length + 1);
    log.push(next);
    if (!lost) send(next);
  }

  async function take(each: Step) {
    if (each.do === 'publish') publish(each.lost);
    else if (each.do === 'arrive') await arrive();
    else if (each.do === 'repeat') {
      const old = log.at(-1 - each.back);
      if (old) send(old);
    } else if (each.do === 'answer') answer();
    else if (each.do === 'cut') connect();
    else pruned = Math.max(pruned, log.length - each.keep);
  }

  /** One more event arrives, and everything that it brings to light. */
  async function settle() {
    publish(false);
    while (wire.length > 0 || questions.length > 0) {
      answer();
      await arrive();
    }
  }

  return { connect, take, settle, seen, head: () => log.length };
}

test('whatever is lost, doubled, delayed, cut or pruned, each event comes once and in order or a reset says it will not [R6]', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), async (steps) => {
      const { connect, take, settle, seen, head } = world();
      connect();
      for (const each of steps) await take(each);
      await settle();

      let last = 0;
      let mayJump = false;
      for (const each of seen) {
        if ('reset' in each) mayJump = true;
        else {
          if (mayJump) expect(each.event).toBeGreaterThan(last);
          else expect(each.event).toBe(last + 1);
          last = each.event;
          mayJump = false;
        }
      }
      // The last event came, or the page was told to load the state that includes it.
      if (!mayJump) expect(last).toBe(head());
    }),
    { numRuns: 200 },
  );
});
