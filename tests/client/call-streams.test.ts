import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { createHearth, type Hearth } from '@shared/client/index.ts';
import { METRICS_CHANNEL } from '@shared/metrics/events.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let streamed: number;
const open: Hearth[] = [];

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
});
afterEach(() => {
  for (const hearth of open.splice(0)) hearth.dispose();
});
afterAll(() => server.stop());

/** A client that is online; `streamed` counts what it asks for by server-sent events. */
async function online(): Promise<Hearth> {
  streamed = 0;
  const counting: typeof fetch = Object.assign(
    (input: RequestInfo | URL, init?: RequestInit) => {
      if (String(input).includes('/sse/')) streamed++;
      return fetch(input, init);
    },
    { preconnect: fetch.preconnect },
  );
  const hearth = createHearth({ baseUrl: server.url, token: () => ada.token, random: () => 0, fetch: counting });
  open.push(hearth);
  await hearth.start();
  await until(() => hearth.state.get().connection.status === 'online');
  return hearth;
}

test('a stream comes over the socket while there is one, and ends on the server when it is left', async () => {
  const hearth = await online();
  const stream = hearth.sse.metrics.live();
  expect((await stream.next()).value).toMatchObject({ event: 'system_metrics' });
  expect((await stream.next()).done).toBe(false);
  expect(streamed).toBe(0);
  await stream.return?.({ ok: true, data: {} });
  // The machine is looked at only while somebody watches.
  const before = await hearth.api.metrics.latest();
  expect(before.ok).toBe(true);
  expect(server.app.hub.subscriptions().isOccupied(METRICS_CHANNEL)).toBe(false);
});

test('leaving while an event is awaited ends it, too', async () => {
  const hearth = await online();
  const stop = new AbortController();
  const stream = hearth.sse.metrics.live({}, { signal: stop.signal });
  await stream.next();
  const next = stream.next();
  stop.abort();
  expect((await next).done).toBe(true);
});

test('when the socket is gone the stream goes on by the next way there is', async () => {
  const hearth = await online();
  const stream = hearth.sse.metrics.live();
  await stream.next();
  hearth.ws.disconnect();
  expect((await stream.next()).value).toMatchObject({ event: 'system_metrics' });
  expect(streamed).toBe(1);
  await stream.return?.({ ok: true, data: {} });
});

test('a refusal ends it with the error that a function would give', async () => {
  const hearth = await online();
  const refused = await hearth.sse.hub.subscribe({ channels: ['nope:1'] }).next();
  expect(refused).toMatchObject({ done: true, value: { ok: false, error: { code: 'hub.channel_not_found' } } });
});
