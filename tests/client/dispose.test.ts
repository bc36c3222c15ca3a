import { expect, test } from 'bun:test';
import { alice, envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

test('disposing in the middle of everything leaves no timer, socket or unanswered call', async () => {
  const { server, clock, hearth, onlines } = setUp();
  const hanging = Promise.withResolvers<void>();
  server.routes.set('/api/people/me', () => hanging.promise.then(() => envelope({ ok: true, data: alice })));
  server.routes.set('/sse/metrics/live', () => hanging.promise.then(() => envelope({ ok: true, data: {} })));
  server.handlers.set('call', () => undefined);
  server.handlers.set('slow', () => undefined);
  server.handlers.set('subscribe', () => undefined);
  const streamed = hearth.sse.metrics.live().next();
  hearth.signedIn(alice);
  await until(() => onlines.length === 1);

  const call = hearth.api.people.me();
  const frame = hearth.ws.send('slow', 'system', {});
  const action = hearth.outbox.enqueue('people', 'updateMe', { name: 'A' }, 'k').done;
  const subscription = hearth.ws.subscribe('room:a').ready;
  const called = hearth.sse.metrics.live().next();
  await until(() => server.received('call').length === 2 && server.requests.length === 3);
  expect(clock.pending).toBeGreaterThan(3);

  hearth.dispose();
  expect(clock.pending).toBe(0);
  const events = [streamed, called].map((event) => event.then(({ value }) => value));
  const codes = await Promise.all([call, frame, action, subscription, ...events]);
  for (const result of codes) expect(result).toMatchObject({ ok: false });
  await until(() => server.peers.length === 0);
  expect(clock.pending).toBe(0);
  hanging.resolve();
});

test('disposing while waiting to reconnect ends the waiting', async () => {
  const { server, clock, hearth, status, goOnline } = setUp();
  await goOnline();
  server.cutAll();
  await until(() => status() === 'offline');
  hearth.dispose();
  expect(clock.pending).toBe(0);
  globalThis.dispatchEvent(new Event('online'));
  clock.advance(60_000);
  expect(server.upgrades).toBe(1);
});

test('disposing while the reason of a refusal is asked for opens nothing afterwards', async () => {
  const { server, clock, hearth } = setUp();
  server.upgradeStatus = 401;
  server.routes.set('/api/hub/admission', () => refusal('auth.unauthenticated', 401));
  hearth.ws.connect();
  await until(() => server.asked('/api/hub/admission').length === 1);
  hearth.dispose();
  expect(clock.pending).toBe(0);
});

test('a disposed client refuses everything without sending it', async () => {
  const { server, clock, hearth } = setUp();
  hearth.dispose();
  hearth.dispose();
  hearth.ws.connect();
  hearth.ws.retry();
  hearth.signedIn(alice);
  const results = await Promise.all([
    hearth.start(),
    hearth.api.people.me(),
    hearth.ws.send('x', 'system', {}),
    hearth.ws.subscribe('room:a').ready,
    hearth.outbox.enqueue('people', 'updateMe', {}, 'k').done,
    hearth.sse.metrics
      .live()
      .next()
      .then(({ value }) => value),
  ]);
  for (const result of results) expect(result).toMatchObject({ ok: false });
  expect(server.requests).toHaveLength(0);
  expect(clock.pending).toBe(0);
});

test('listeners are told nothing after disposing', async () => {
  const { server, hearth, received, goOnline } = setUp();
  await goOnline();
  const [peer] = server.peers;
  hearth.dispose();
  server.send(peer!, { event: 'presence', channel: 'global' });
  await until(() => server.peers.length === 0);
  expect(received).toEqual([]);
});
