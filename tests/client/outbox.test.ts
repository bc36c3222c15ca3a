import { expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import type { ClientFrame } from '@shared/hub/frames.ts';
import { alice, envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const post = '/api/chat/postMessage';
const message = (clientId: string) => ({ roomId: 'room_1', clientId, text: clientId });

/** A server that stores each key once, however often and by whatever way it arrives. */
function storing() {
  const made = setUp();
  const { server, hearth } = made;
  const stored: string[] = [];
  const store = (key: string) => {
    if (!stored.includes(key)) stored.push(key);
    return { id: `msg_${key}` };
  };
  server.routes.set(post, (request) =>
    envelope({ ok: true, data: store(request.headers.get('idempotency-key') ?? '') }),
  );
  server.handlers.set('call', (frame) => ({ payload: store(String(frame.payload.key)) }));
  const enqueue = (key: string) => hearth.outbox.enqueue('chat', 'postMessage', message(key), key);
  const keys = (frames: ClientFrame[]) => frames.map(({ payload }) => payload.key);
  return { ...made, stored, store, enqueue, keys };
}

test('an action goes over the socket when it is online', async () => {
  const { server, goOnline, enqueue, stored, hearth } = storing();
  await goOnline();
  const outgoing = enqueue('a');
  expect(hearth.outbox.pending()).toMatchObject([
    { key: 'a', module: 'chat', function: 'postMessage', input: message('a') },
  ]);
  expect(await outgoing.done).toEqual({ ok: true, data: { id: 'msg_a' } } as never);
  expect(server.received('call')[0]).toMatchObject({
    channel: 'system',
    payload: { module: 'chat', function: 'postMessage', input: message('a'), key: 'a' },
  });
  expect(stored).toEqual(['a']);
  expect(server.asked(post)).toHaveLength(0);
  expect(hearth.outbox.pending()).toEqual([]);
});

test('an action goes over HTTP while there is no socket', async () => {
  const { server, enqueue, stored } = storing();
  expect((await enqueue('a').done).ok).toBe(true);
  expect(stored).toEqual(['a']);
  expect(server.asked(post)[0]?.body).toEqual(message('a'));
});

test('actions are stored in their order, one after another [X4]', async () => {
  const { server, goOnline, enqueue, stored, store } = storing();
  await goOnline();
  const waiting: (() => void)[] = [];
  server.handlers.set('call', (frame, peer) => {
    const payload = store(String(frame.payload.key));
    waiting.push(() => server.send(peer, { event: 'ack', id: frame.id, payload }));
    return undefined;
  });
  const all = ['a', 'b', 'c'].map(enqueue);
  for (let n = 1; n <= 3; n++) {
    await until(() => waiting.length === n);
    expect(stored).toHaveLength(n);
    waiting[n - 1]!();
  }
  for (const { done } of all) expect((await done).ok).toBe(true);
  expect(stored).toEqual(['a', 'b', 'c']);
});

test('a cut between sending and the answer stores the action once, with the same key [X4]', async () => {
  const { server, clock, goOnline, enqueue, stored, store, keys, hearth, waits } = storing();
  await goOnline();
  server.handlers.set('call', (frame, peer) => {
    store(String(frame.payload.key));
    peer.terminate();
    return undefined;
  });
  const first = enqueue('a');
  const second = enqueue('b');
  await until(() => hearth.state.get().connection.status === 'offline');
  expect(stored).toEqual(['a']);
  expect(hearth.outbox.pending().map(({ key }) => key)).toEqual(['a', 'b']);
  await waits(500, 2);
  server.handlers.set('call', (frame) => ({ payload: store(String(frame.payload.key)) }));
  clock.advance(500);
  expect(await first.done).toEqual({ ok: true, data: { id: 'msg_a' } } as never);
  expect((await second.done).ok).toBe(true);
  expect(stored).toEqual(['a', 'b']);
  const sent = [
    ...keys(server.received('call')),
    ...server.asked(post).map(({ headers }) => headers.get('idempotency-key')),
  ];
  expect(sent.filter((key) => key === 'a').length).toBeGreaterThan(1);
});

test('what cannot be sent now is tried again, and nothing overtakes it [X4]', async () => {
  const { server, clock, enqueue, stored, waits } = storing();
  const answer = server.routes.get(post)!;
  server.routes.set(post, () => refusal('server.storage_failed', 503, true));
  const first = enqueue('a');
  const second = enqueue('b');
  await waits(500);
  clock.advance(500);
  await waits(500);
  expect(server.asked(post)).toHaveLength(2);
  server.routes.set(post, answer);
  clock.advance(500);
  expect((await first.done).ok && (await second.done).ok).toBe(true);
  expect(stored).toEqual(['a', 'b']);
});

test('the wait that the server names is kept', async () => {
  const { server, clock, enqueue, waits } = storing();
  server.routes.set(post, () => refusal('request.rate_limited', 429, true, { 'retry-after': '9' }));
  enqueue('a');
  await waits(9000);
  clock.advance(8999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  await until(() => server.asked(post).length === 2);
});

test('a final refusal settles the action and lets the next one pass', async () => {
  const { server, goOnline, enqueue, stored, store } = storing();
  await goOnline();
  const error = { code: 'chat.room_not_found', message: 'no', retryable: false };
  server.handlers.set('call', ({ payload }) =>
    payload.key === 'a' ? { event: 'error', payload: error } : { payload: store(String(payload.key)) },
  );
  const first = enqueue('a');
  const second = enqueue('b');
  expect(await first.done).toEqual({ ok: false, error });
  expect((await second.done).ok).toBe(true);
  expect(stored).toEqual(['b']);
});

test.each(['request.http_only', 'auth.unauthenticated'])(
  'what the socket refuses with %s goes over HTTP',
  async (code) => {
    const { server, goOnline, enqueue, stored } = storing();
    await goOnline();
    server.handlers.set('call', () => ({ event: 'error', payload: { code, message: code, retryable: false } }));
    expect((await enqueue('a').done).ok).toBe(true);
    expect(stored).toEqual(['a']);
    expect(server.asked(post)).toHaveLength(1);
  },
);

test('what is too large for a frame goes over HTTP', async () => {
  const { server, goOnline, hearth } = storing();
  await goOnline();
  const input = { ...message('a'), text: 'x'.repeat(70_000) };
  expect((await hearth.outbox.enqueue('chat', 'postMessage', input, 'a').done).ok).toBe(true);
  expect(server.asked(post)).toHaveLength(1);
  expect(server.received('call')).toHaveLength(0);
});

test('the same key twice is one action', async () => {
  const { server, enqueue } = storing();
  const one = enqueue('a');
  const two = enqueue('a');
  expect(two.done).toBe(one.done);
  await one.done;
  expect(server.asked(post)).toHaveLength(1);
});

test('a cancelled action is not sent, and the others are', async () => {
  const { server, enqueue, hearth, stored, waits } = storing();
  const answer = server.routes.get(post)!;
  server.routes.set(post, () => refusal('server.not_ready', 503, true));
  const [a, b, c] = ['a', 'b', 'c'].map(enqueue);
  await waits(500);
  server.routes.set(post, answer);
  expect(hearth.outbox.cancel('a')).toBe(true);
  expect(hearth.outbox.cancel('b')).toBe(true);
  expect(hearth.outbox.cancel('x')).toBe(false);
  expect(await a!.done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
  expect(await b!.done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
  expect((await c!.done).ok).toBe(true);
  expect(stored).toEqual(['c']);
});

test('cancelling an action that was sent already lets the next one pass', async () => {
  const { server, goOnline, enqueue, hearth, stored, store } = storing();
  await goOnline();
  server.handlers.set('call', ({ payload }) =>
    payload.key === 'a' ? undefined : { payload: store(String(payload.key)) },
  );
  const first = enqueue('a');
  const second = enqueue('b');
  await until(() => server.received('call').length === 1);
  hearth.outbox.cancel('a');
  expect(await first.done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
  expect((await second.done).ok).toBe(true);
  expect(stored).toEqual(['b']);
});

test('an action refused for want of a session while somebody signs in is sent again', async () => {
  const { server, hearth, enqueue, stored } = storing();
  const answer = server.routes.get(post)!;
  const hanging = Promise.withResolvers<void>();
  server.upgradeStatus = 502;
  server.routes.set(post, () => hanging.promise.then(() => refusal('auth.unauthenticated', 401)));
  server.routes.set('/api/auth/refresh', () => refusal('auth.refresh_refused', 401));
  const outgoing = enqueue('a');
  await until(() => server.asked(post).length === 1);
  hearth.signedIn(alice);
  server.routes.set(post, answer);
  hanging.resolve();
  expect((await outgoing.done).ok).toBe(true);
  expect(stored).toEqual(['a']);
});

test('coming online ends the wait of the outbox', async () => {
  const { server, enqueue, goOnline, stored, waits } = storing();
  server.routes.set(post, () => refusal('server.not_ready', 503, true));
  const outgoing = enqueue('a');
  await waits(500);
  await goOnline();
  expect((await outgoing.done).ok).toBe(true);
  expect(stored).toEqual(['a']);
});

test('a session that ends keeps the actions until the same person signs in again', async () => {
  const { server, enqueue, stored, hearth, status, onlines } = storing();
  const answer = server.routes.get(post)!;
  hearth.signedIn(alice);
  await until(() => onlines.length === 1);
  server.closeAll(closeCodes.sessionEnded);
  await until(() => status() === 'refused');
  server.routes.set(post, () => refusal('auth.unauthenticated', 401));
  server.routes.set('/api/auth/refresh', () => refusal('auth.refresh_refused', 401));
  const outgoing = enqueue('a');
  await until(() => server.asked('/api/auth/refresh').length === 1);
  expect(hearth.outbox.pending()).toHaveLength(1);
  server.routes.set(post, answer);
  hearth.signedIn(alice);
  expect((await outgoing.done).ok).toBe(true);
  expect(stored).toEqual(['a']);
});

test('another person who signs in gets nothing of it', async () => {
  const { server, enqueue, hearth, stored, waits } = storing();
  hearth.signedIn(alice);
  server.routes.set(post, () => refusal('server.not_ready', 503, true));
  server.handlers.set('call', () => ({ event: 'error', payload: { code: 'x', message: 'x', retryable: true } }));
  const outgoing = enqueue('a');
  await waits(500);
  hearth.signedIn({ ...alice, id: 'usr_bob' });
  expect(await outgoing.done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
  expect(hearth.outbox.pending()).toEqual([]);
  expect(stored).toEqual([]);
});
