import { expect, test } from 'bun:test';
import { Allowance } from '../../server/host/link/allowance.ts';
import { type LinkOptions, RemoteFault } from '../../server/host/link/exchange.ts';
import { Link } from '../../server/host/link/link.ts';
import { RemoteBody } from '../../server/host/link/remote-body.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { until } from '../support/until.ts';

/** Two ends that reach each other, a turn of the event loop later. */
function createPair(one: Partial<LinkOptions> = {}, two: Partial<LinkOptions> = {}) {
  const faults: string[] = [];
  const make = (options: Partial<LinkOptions>, other: () => Link): Link =>
    new Link({
      wire: { send: (data) => queueMicrotask(() => other().receive(data)), waiting: () => 0 },
      clock: systemClock,
      handle: (method, params) => Promise.resolve({ value: { method, params } }),
      note: () => {},
      onFault: (reason) => faults.push(reason),
      mostRequests: 10,
      ...options,
    });
  const a: Link = make(one, () => b);
  const b: Link = make(two, () => a);
  return { a, b, faults };
}

test('requests go either way, many at once, each with its own answer', async () => {
  const { a, b, faults } = createPair();
  const asked = [1, 2, 3].flatMap((n) => [a.request('x', n).answer, b.request('y', n).answer]);
  expect(await Promise.all(asked)).toEqual([
    { method: 'x', params: 1 },
    { method: 'y', params: 1 },
    { method: 'x', params: 2 },
    { method: 'y', params: 2 },
    { method: 'x', params: 3 },
    { method: 'y', params: 3 },
  ]);
  expect([a.pending, b.pending, faults.length]).toEqual([0, 0, 0]);
});

test('what cannot be answered rejects with the other side’s words', async () => {
  const { a } = createPair({}, { handle: () => Promise.reject(new Error('no such thing')) });
  const error: unknown = await a.request('x', null).answer.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RemoteFault);
  expect(String(error)).toContain('no such thing');
});

test('a cancelled request aborts the other side’s signal and is answered all the same', async () => {
  const { a } = createPair(
    {},
    {
      handle: (_, __, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve({ value: 'aborted' }))),
    },
  );
  const request = a.request('x', null);
  request.cancel();
  expect(await request.answer).toBe('aborted');
});

test('an abandoned request is over at once; too many that never end are a fault', async () => {
  const { a, faults } = createPair({}, { handle: () => new Promise(() => {}), mostRequests: 10_000 });
  a.request('x', null).abandon();
  await until(() => a.pending === 0);
  const deaf = new Link({
    wire: { send: () => {}, waiting: () => 0 },
    clock: systemClock,
    handle: () => Promise.resolve({ value: null }),
    note: () => {},
    onFault: (reason) => faults.push(reason),
    mostRequests: 1,
  });
  for (let i = 0; i < 1002; i++) deaf.request('x', null).abandon();
  expect(faults).toContain('it does not end what was cancelled');
});

test('when a link closes, everything that is under way ends with its error', async () => {
  const { a } = createPair({}, { handle: () => new Promise(() => {}) });
  const { answer } = a.request('x', null);
  const reason = new Error('gone');
  a.close(reason);
  expect(await answer.catch((error: unknown) => error)).toBe(reason);
  expect(await a.request('y', null).answer.catch((error: unknown) => error)).toBe(reason);
});

test('a body is held back by its reader, and no more than the window is under way', async () => {
  let made = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (made === 100) return controller.close();
      made++;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  const { a } = createPair({}, { handle: () => Promise.resolve({ value: 'body', body }) });
  const request = a.request('x', null);
  const remote = new RemoteBody({
    grant: request.grant,
    cancel: request.cancel,
    faultOf: (text) => new Error(text),
    onEnd: () => {},
  });
  request.receive(remote);
  await request.answer;
  await until(() => made >= 16);
  for (let i = 0; i < 50; i++) await a.request('x', null).answer.catch(() => {});
  expect(made).toBeLessThan(20);
  expect(Buffer.concat(await Array.fromAsync(remote.stream)).byteLength).toBe(100 * 64 * 1024);
});

test.each([
  ['no JSON', '{'],
  ['no frame', '{"a":1}'],
  ['an unknown kind', '["?",1]'],
  ['a request without a number', '["q","1","x",null]'],
  ['a note without a name', '["n",5]'],
  ['an answer to nothing', '["a",42,{"ok":true}]'],
  ['a fault of nothing', '["x",42,"text"]'],
  ['an end of nothing', '["z",42]'],
  ['room for nothing', '["r","1",5]'],
  ['an answer to a ping that was not sent', '["o"]'],
  ['events of nothing', 'E42\n0\t\t1\n'],
  ['events without lines', 'E'],
  ['bytes of nothing', new Uint8Array([0, 0, 0, 42, 1])],
  ['too few bytes', new Uint8Array([1])],
  ['nesting without end', '['.repeat(200_000)],
])('a frame that breaks the rules is a fault: %s', (_, frame) => {
  const { a, faults } = createPair();
  a.receive(frame);
  expect(faults).toEqual(['it broke the rules of the link']);
});

test('an answer that streams where nothing was to stream, or comes twice, is a fault', async () => {
  const { a, faults } = createPair({}, { handle: () => new Promise(() => {}) });
  void a.request('x', null);
  a.receive('["a",1,null,true]');
  expect(faults).toHaveLength(1);
  void a.request('x', null).answer.catch(() => {});
  a.receive('["a",2,null]');
  a.receive('["a",2,null]');
  expect(faults).toHaveLength(2);
});

test('requests beyond the most at once, and messages beyond the rate, are floods', () => {
  const { a, faults } = createPair({ handle: () => new Promise(() => {}), mostRequests: 2 });
  for (const id of [1, 2, 3]) a.receive(`["q",${id},"x",null]`);
  expect(faults).toEqual(['a flood of requests']);
  const allowance = new Allowance({ perSecond: 10, burst: 2 }, 0);
  const { a: limited, faults: told } = createPair({ admit: () => allowance.take(1, 0) });
  for (let i = 0; i < 3; i++) limited.receive('["n","x"]');
  expect(told).toEqual(['a flood of messages']);
});

test('an allowance drains with time and never below nothing', () => {
  const allowance = new Allowance({ perSecond: 10, burst: 5 }, 0);
  const take = (now: number) => allowance.take(1, now);
  expect([0, 0, 0, 0, 0, 0].map(take)).toEqual([true, true, true, true, true, false]);
  expect([100, 100].map(take)).toEqual([true, false]);
  expect([60_000, 60_000, 60_000, 60_000, 60_000, 60_000].map(take)).toEqual([true, true, true, true, true, false]);
});
