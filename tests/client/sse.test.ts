import { expect, test } from 'bun:test';
import { envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const live = '/sse/metrics/live';

/** A stream that the test writes to; `cancelled` once the client has gone. */
function source(first = '') {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const encoder = new TextEncoder();
  const state = { cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
      if (first !== '') own.enqueue(encoder.encode(first));
    },
    cancel: () => void (state.cancelled = true),
  });
  return {
    state,
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    write: (text: string) => controller?.enqueue(encoder.encode(text)),
    end: () => controller?.close(),
  };
}
const text = (...events: string[]) =>
  new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } });
const sample = (n: number, id = true) => `event: system_metrics\n${id ? `id: e1.${n}\n` : ''}data: {"cpu":${n}}\n\n`;
const done = 'event: done\nid: done\ndata: {}\n\n';

test('events arrive with name, data and id, and a finished generator ends the stream', async () => {
  const { server, hearth, clock } = setUp();
  server.routes.set(live, () => text(': hello\n\n', sample(1), sample(2, false), done));
  const seen: unknown[] = [];
  const events = hearth.sse.metrics.live();
  for await (const event of events) seen.push(event);
  expect(seen).toEqual([
    { event: 'system_metrics', data: { cpu: 1 }, id: 'e1.1' },
    { event: 'system_metrics', data: { cpu: 2 } },
  ]);
  expect(server.asked(live)).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test('the return value says that the generator is done', async () => {
  const { server, hearth } = setUp();
  server.routes.set(live, () => text(done));
  expect(await hearth.sse.metrics.live().next()).toEqual({ done: true, value: { ok: true, data: {} } });
});

test('a stream that breaks off is resumed after its last id', async () => {
  const { server, clock, hearth, waits } = setUp();
  server.routes.set(live, () => text(sample(1), sample(2)));
  const events = hearth.sse.metrics.live({}, { lastEventId: 'e1.0' });
  expect((await events.next()).value).toMatchObject({ id: 'e1.1' });
  expect((await events.next()).value).toMatchObject({ id: 'e1.2' });
  const next = events.next();
  server.routes.set(live, () => text(sample(3), done));
  await waits(500);
  clock.advance(500);
  expect((await next).value).toMatchObject({ id: 'e1.3' });
  expect((await events.next()).done).toBe(true);
  expect(server.asked(live).map(({ headers }) => headers.get('last-event-id'))).toEqual(['e1.0', 'e1.2']);
});

test('an answer without content ends the stream', async () => {
  const { server, hearth } = setUp();
  server.routes.set(live, () => new Response(null, { status: 204 }));
  expect(await hearth.sse.metrics.live().next()).toEqual({ done: true, value: { ok: true, data: {} } });
});

test.each([403, 404, 422])('a refusal with %i ends the stream with its error', async (status) => {
  const { server, hearth } = setUp();
  server.routes.set(live, () => refusal('some.reason', status));
  expect(await hearth.sse.metrics.live().next()).toMatchObject({
    done: true,
    value: { ok: false, error: { code: 'some.reason' } },
  });
  expect(server.asked(live)).toHaveLength(1);
});

test('an expired token is renewed once, a second refusal ends the stream', async () => {
  const { server, hearth } = setUp();
  server.routes.set(live, () => refusal('auth.unauthenticated', 401));
  server.routes.set('/api/auth/refresh', () =>
    envelope({ ok: true, data: { token: 't', expiresAt: Date.now() + 600_000 } }),
  );
  expect(await hearth.sse.metrics.live().next()).toMatchObject({
    value: { ok: false, error: { code: 'auth.unauthenticated' } },
  });
  expect(server.asked(live)).toHaveLength(2);
  expect(server.asked('/api/auth/refresh')).toHaveLength(1);
});

test('an error event that may pass is followed by another attempt, a final one by the end', async () => {
  const { server, clock, hearth, waits } = setUp();
  const error = (retryable: boolean) =>
    `event: error\ndata: ${JSON.stringify({ code: 'server.internal', message: 'no', retryable })}\n\n`;
  server.routes.set(live, () => text(error(true)));
  const next = hearth.sse.metrics.live().next();
  await waits(500);
  server.routes.set(live, () => text(error(false)));
  clock.advance(500);
  expect(await next).toMatchObject({ done: true, value: { ok: false, error: { code: 'server.internal' } } });
  expect(server.asked(live)).toHaveLength(2);
});

test('what is not a stream is tried again', async () => {
  const { server, clock, hearth, waits } = setUp();
  server.routes.set(live, () => new Response('<h1>Wi-Fi</h1>', { headers: { 'content-type': 'text/html' } }));
  const next = hearth.sse.metrics.live().next();
  await waits(500);
  server.routes.set(live, () => text(sample(1)));
  clock.advance(500);
  expect((await next).value).toMatchObject({ id: 'e1.1' });
});

test('a stream without heartbeats is given up after 45 seconds, one with them is not', async () => {
  const { server, clock, hearth, waits } = setUp();
  const first = source(sample(1));
  const second = source();
  const answers = [first, second];
  server.routes.set(live, () => answers.shift()?.response ?? text(done));
  const events = hearth.sse.metrics.live();
  await events.next();
  const next = events.next();
  await waits(45_000);
  clock.advance(44_000);
  expect(server.asked(live)).toHaveLength(1);
  clock.advance(1000);
  await until(() => first.state.cancelled);
  await waits(500);
  clock.advance(500);
  await until(() => server.asked(live).length === 2);
  second.write(sample(2));
  expect((await next).value).toMatchObject({ id: 'e1.2' });
});

test('an aborted stream ends, and the server sees the client go', async () => {
  const { server, clock, hearth } = setUp();
  const { response, state } = source(sample(1));
  server.routes.set(live, () => response);
  const abort = new AbortController();
  const events = hearth.sse.metrics.live({}, { signal: abort.signal });
  await events.next();
  const next = events.next();
  abort.abort();
  expect(await next).toMatchObject({ done: true, value: { ok: false, error: { code: 'network.aborted' } } });
  await until(() => state.cancelled);
  expect(clock.pending).toBe(0);
});

test('leaving the loop closes the connection, also while the next event is awaited', async () => {
  const { server, clock, hearth } = setUp();
  const { response, state } = source(sample(1));
  server.routes.set(live, () => response);
  const events = hearth.sse.metrics.live();
  await events.next();
  const next = events.next();
  await events.return?.({ ok: true, data: {} });
  expect((await next).done).toBe(true);
  await until(() => state.cancelled);
  expect(clock.pending).toBe(0);
});

test('nothing is asked before the first event is wanted', async () => {
  const { server, hearth } = setUp();
  hearth.sse.metrics.live();
  server.routes.set('/api/auth/status', () => envelope({ ok: true, data: {} }));
  await hearth.api.auth.status();
  expect(server.asked(live)).toHaveLength(0);
});

test('characters split over two packets arrive whole', async () => {
  const { server, hearth } = setUp();
  const bytes = new TextEncoder().encode('event: system_metrics\ndata: "wärme ☀"\n\n');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  server.routes.set(live, () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  expect((await hearth.sse.metrics.live().next()).value).toMatchObject({ data: 'wärme ☀' } as never);
});
