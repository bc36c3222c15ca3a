import { expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { alice, envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const refresh = '/api/auth/refresh';
const renewed = () => envelope({ ok: true, data: { token: 't', expiresAt: Date.now() + 600_000 } });

test('the first connection is connecting, then online, and shows the welcome', async () => {
  const { hearth, goOnline, status, statuses, onlines } = setUp();
  expect(status()).toBe('connecting');
  await goOnline();
  expect(statuses).toEqual(['online']);
  expect(onlines).toEqual([true]);
  expect(hearth.state.get()).toMatchObject({
    welcome: { connectionId: 'con_1', state: { chat: [] } },
    connection: { status: 'online', attempt: 0, serverBuild: 'b1' },
  });
});

test('connecting twice opens one socket', async () => {
  const { server, hearth, goOnline, roundTrip } = setUp();
  hearth.ws.connect();
  await goOnline();
  hearth.ws.connect();
  await roundTrip();
  expect(server.upgrades).toBe(1);
});

test('a lost connection is offline with the time of the next attempt, and waits longer after each failure', async () => {
  const { server, clock, hearth, goOnline } = setUp({ random: () => 0.999 });
  await goOnline();
  server.upgradeStatus = 502;
  server.cutAll();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 7; attempt++) {
    await until(() => hearth.state.get().connection.attempt === attempt);
    const { status, retryAt = 0, reason } = hearth.state.get().connection;
    expect(status).toBe('offline');
    expect(reason?.code).toBe('network.unreachable');
    waits.push(Math.round((retryAt - clock.now()) / 1000));
    clock.advance(retryAt - clock.now());
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 20, 20]);
});

test('the shortest wait is half a second', async () => {
  const { server, clock, hearth, goOnline } = setUp({ random: () => 0 });
  await goOnline();
  server.cutAll();
  await until(() => hearth.state.get().connection.retryAt !== undefined);
  expect(hearth.state.get().connection.retryAt).toBe(clock.now() + 500);
});

test('retry does not wait', async () => {
  const { server, hearth, goOnline, status, onlines } = setUp();
  await goOnline();
  server.cutAll();
  await until(() => status() === 'offline');
  hearth.ws.retry();
  await until(() => onlines.length === 2);
});

test('the network coming back ends the wait', async () => {
  const { server, goOnline, status, onlines } = setUp();
  await goOnline();
  server.cutAll();
  await until(() => status() === 'offline');
  globalThis.dispatchEvent(new Event('online'));
  await until(() => onlines.length === 2);
});

test('disconnecting ends it for good', async () => {
  const { server, clock, hearth, goOnline, status } = setUp();
  await goOnline();
  hearth.ws.disconnect();
  await until(() => server.peers.length === 0);
  expect(status()).toBe('offline');
  expect(clock.pending).toBe(1);
  hearth.ws.retry();
  clock.advance(3_000_000);
  expect(server.upgrades).toBe(1);
});

test.each([
  ['sessionEnded', 'auth.refresh_refused', 'signedOut'],
  ['userDeactivated', 'auth.forbidden', 'signedOut'],
  ['protocolViolation', 'auth.forbidden', 'signedIn'],
  ['forbidden', 'auth.forbidden', 'signedIn'],
] as const)('a connection closed as %s does not come back [L6]', async (name, code, session) => {
  const { server, clock, hearth, status, onlines } = setUp();
  hearth.signedIn(alice);
  await until(() => onlines.length === 1);
  server.closeAll(closeCodes[name]);
  await until(() => status() === 'refused');
  expect(hearth.state.get().connection.reason).toMatchObject({ code, params: { closeCode: closeCodes[name] } });
  expect(hearth.state.get().session.status).toBe(session);
  clock.advance(60_000);
  globalThis.dispatchEvent(new Event('online'));
  expect(server.upgrades).toBe(1);
});

test.each(['tooSlow', 'noPong', 'rateLimited', 'moduleReloaded'] as const)(
  'a connection closed as %s comes back [L6]',
  async (name) => {
    const { server, goOnline, comeBack, status } = setUp();
    await goOnline();
    server.closeAll(closeCodes[name]);
    await comeBack();
    expect(status()).toBe('online');
  },
);

test('a connection whose token expired renews it and comes back without waiting', async () => {
  const { server, goOnline, onlines } = setUp();
  server.routes.set(refresh, renewed);
  await goOnline();
  server.closeAll(closeCodes.tokenExpired);
  await until(() => onlines.length === 2);
  expect(server.asked(refresh)).toHaveLength(1);
});

test('a connection whose token cannot be renewed is refused, and the session is over', async () => {
  const { server, hearth, status, onlines } = setUp();
  server.routes.set(refresh, () => refusal('auth.refresh_refused', 401));
  hearth.signedIn(alice);
  await until(() => onlines.length === 1);
  server.closeAll(closeCodes.tokenExpired);
  await until(() => status() === 'refused');
  expect(hearth.state.get()).toMatchObject({
    session: { status: 'signedOut' },
    connection: { reason: { code: 'auth.refresh_refused' } },
  });
});

test('a token that expires again and again is not renewed in a tight loop', async () => {
  const { server, hearth, goOnline, onlines } = setUp();
  server.routes.set(refresh, renewed);
  await goOnline();
  server.closeAll(closeCodes.tokenExpired);
  await until(() => onlines.length === 2);
  server.closeAll(closeCodes.tokenExpired);
  await until(() => hearth.state.get().connection.retryAt !== undefined);
  expect(server.asked(refresh)).toHaveLength(1);
});

test('draining moves the client away after the given delay', async () => {
  const { server, clock, goOnline, onlines, status, waits } = setUp();
  await goOnline();
  server.send(server.peers[0]!, { event: 'drain', payload: { delay: 3000 } });
  await waits(3000);
  clock.advance(2999);
  expect(status()).toBe('online');
  clock.advance(1);
  await until(() => onlines.length === 2);
  expect(server.upgrades).toBe(2);
});

test('a server that closes while draining is left alone until the delay is over', async () => {
  const { server, clock, hearth, goOnline, onlines } = setUp();
  await goOnline();
  server.send(server.peers[0]!, { event: 'drain', payload: { delay: 3000 } });
  server.closeAll(closeCodes.draining);
  await until(() => hearth.state.get().connection.retryAt !== undefined);
  expect(hearth.state.get().connection.retryAt).toBe(clock.now() + 3000);
  globalThis.dispatchEvent(new Event('online'));
  expect(server.upgrades).toBe(1);
  clock.advance(3000);
  await until(() => onlines.length === 2);
});

test('an upgrade refused for want of a session renews it once and tries again', async () => {
  const { server, hearth, onlines } = setUp();
  server.upgradeStatus = 401;
  server.routes.set('/api/hub/admission', () => refusal('auth.unauthenticated', 401));
  server.routes.set(refresh, () => {
    server.upgradeStatus = 0;
    return renewed();
  });
  hearth.ws.connect();
  await until(() => onlines.length === 1);
  expect(server.asked('/api/hub/admission')).toMatchObject([{ method: 'GET' }]);
  expect(server.upgrades).toBe(2);
});

test('an upgrade that stays refused after renewing is final', async () => {
  const { server, hearth, status } = setUp();
  server.upgradeStatus = 401;
  server.routes.set('/api/hub/admission', () => refusal('auth.unauthenticated', 401));
  server.routes.set(refresh, renewed);
  hearth.ws.connect();
  await until(() => status() === 'refused');
  expect(server.asked(refresh)).toHaveLength(1);
  expect(server.upgrades).toBe(2);
});

test('a renewal of an earlier attempt does not make a later refusal final', async () => {
  const { server, clock, hearth, onlines, waits } = setUp();
  server.upgradeStatus = 401;
  server.routes.set('/api/hub/admission', () => refusal('auth.unauthenticated', 401));
  server.routes.set(refresh, () => {
    server.routes.set('/api/hub/admission', () => refusal('server.not_ready', 503, true));
    return renewed();
  });
  hearth.ws.connect();
  await waits(500);
  server.routes.set('/api/hub/admission', () => refusal('auth.unauthenticated', 401));
  server.routes.set(refresh, () => {
    server.upgradeStatus = 0;
    return renewed();
  });
  clock.advance(500);
  await until(() => onlines.length === 1);
  expect(server.asked(refresh)).toHaveLength(2);
});

test('an upgrade that the origin or role forbids is final', async () => {
  const { server, hearth, status } = setUp();
  server.upgradeStatus = 403;
  server.routes.set('/api/hub/admission', () => refusal('request.origin_refused', 403));
  hearth.ws.connect();
  await until(() => status() === 'refused');
  expect(hearth.state.get().connection.reason?.code).toBe('request.origin_refused');
  expect(server.asked(refresh)).toHaveLength(0);
});

test('a server without room names the time to come back, which waking up does not shorten', async () => {
  const { server, clock, hearth, onlines } = setUp();
  server.upgradeStatus = 503;
  const full = () => refusal('hub.too_many_connections', 503, true, { 'retry-after': '30' });
  server.routes.set('/api/hub/admission', full);
  hearth.ws.connect();
  await until(() => hearth.state.get().connection.retryAt !== undefined);
  expect(hearth.state.get().connection.retryAt).toBe(clock.now() + 30_000);
  globalThis.dispatchEvent(new Event('online'));
  expect(server.upgrades).toBe(1);
  server.upgradeStatus = 0;
  clock.advance(30_000);
  await until(() => onlines.length === 1);
});

test('those who were told together when to come back are spread over the second after', async () => {
  const { server, clock, hearth } = setUp({ random: () => 0.999 });
  server.upgradeStatus = 503;
  server.routes.set('/api/hub/admission', () => refusal('server.not_ready', 503, true, { 'retry-after': '30' }));
  hearth.ws.connect();
  await until(() => hearth.state.get().connection.retryAt !== undefined);
  expect(hearth.state.get().connection.retryAt).toBe(clock.now() + 30_999);
});

test('a server that says no welcome is given up', async () => {
  const { server, clock, hearth, status, waits } = setUp();
  server.welcomes = false;
  hearth.ws.connect();
  await until(() => server.peers.length === 1);
  await waits(15_000);
  clock.advance(15_000);
  await until(() => status() === 'offline');
  await until(() => server.peers.length === 0);
});

test('a ping is answered', async () => {
  const { server, goOnline } = setUp();
  await goOnline();
  server.send(server.peers[0]!, { event: 'ping' });
  await until(() => server.received('pong').length === 1);
  expect(server.received('pong')).toEqual([{ event: 'pong', channel: 'system', payload: {} }]);
});

test('silence is answered by a ping, and more silence by another connection', async () => {
  const { server, clock, goOnline, status, comeBack } = setUp();
  await goOnline();
  server.handlers.set('ping', () => undefined);
  clock.advance(25_000);
  await until(() => server.received('ping').length === 1);
  expect(status()).toBe('online');
  clock.advance(10_000);
  expect(status()).toBe('offline');
  await comeBack();
  expect(server.upgrades).toBe(2);
  await until(() => server.peers.length === 1);
});

test('any frame counts as life [L1]', async () => {
  const { server, clock, goOnline, received, status } = setUp();
  await goOnline();
  for (let n = 1; n <= 4; n++) {
    clock.advance(20_000);
    server.publish({ event: 'presence', channel: 'global', payload: {} });
    await until(() => received.length === n);
  }
  expect(server.received('ping')).toHaveLength(0);
  expect(status()).toBe('online');
});

test('with a Bearer token the socket carries it as a header', async () => {
  const { server, goOnline } = setUp({ token: () => 'secret' });
  await goOnline();
  expect(server.asked('/ws')[0]?.headers.get('authorization')).toBe('Bearer secret');
});

test('a new Bearer token is handed to the live connection', async () => {
  let token = 'one';
  const { server, hearth, goOnline } = setUp({ token: () => token });
  server.routes.set('/api/people/me', () => refusal('auth.unauthenticated', 401));
  await goOnline();
  await hearth.api.people.me();
  expect(server.received('authentication')).toHaveLength(0);
  server.routes.set('/api/people/me', () => {
    token = 'two';
    return refusal('auth.unauthenticated', 401);
  });
  await hearth.api.people.me();
  await until(() => server.received('authentication').length === 1);
  expect(server.received('authentication')[0]?.payload).toEqual({ token: 'two' });
});

test('a frame is answered once, by data or by an error', async () => {
  const { server, hearth, goOnline } = setUp();
  await goOnline();
  server.handlers.set('chat_message', () => ({ payload: { id: 'msg_1' }, offset: 3, epoch: 'e1' }));
  expect(await hearth.ws.send('chat_message', 'room:a', { text: 'hi' })).toMatchObject({
    ok: true,
    data: { id: 'msg_1' },
    offset: 3,
    epoch: 'e1',
  });
  const error = { code: 'chat.room_not_found', message: 'no', retryable: false };
  server.handlers.set('chat_message', () => ({ event: 'error', payload: error }));
  expect(await hearth.ws.send('chat_message', 'room:a', {})).toMatchObject({ ok: false, error });
});

test('frames fail at once without a connection, after their time, when cut, cancelled or too large', async () => {
  const { server, clock, hearth, goOnline } = setUp();
  const code = async (answer: ReturnType<typeof hearth.ws.send>) => {
    const result = await answer;
    return result.ok ? 'ok' : result.error.code;
  };
  expect(await code(hearth.ws.send('echo', 'system', {}))).toBe('network.unreachable');
  expect(hearth.ws.signal('user_typing', 'room:a', { typing: true })).toBe(false);
  await goOnline();
  expect(hearth.ws.signal('user_typing', 'room:a', { typing: true })).toBe(true);
  await until(() => server.received('user_typing').length === 1);
  expect(server.received('user_typing')[0]).not.toHaveProperty('id');

  server.handlers.set('slow', () => undefined);
  const timed = code(hearth.ws.send('slow', 'system', {}, { timeout: 2000 }));
  clock.advance(2000);
  expect(await timed).toBe('network.timeout');
  const abort = new AbortController();
  const cancelled = code(hearth.ws.send('slow', 'system', {}, { signal: abort.signal }));
  abort.abort();
  expect(await cancelled).toBe('network.aborted');
  expect(await code(hearth.ws.send('slow', 'system', { text: 'ä'.repeat(40_000) }))).toBe('request.too_large');
  const cut = code(hearth.ws.send('slow', 'system', {}));
  await until(() => server.received('slow').length === 3);
  server.cutAll();
  expect(await cut).toBe('network.unreachable');
});

test('frames that are no frames are ignored, and so are unknown events [F4]', async () => {
  const { server, goOnline, roundTrip, received, status } = setUp();
  await goOnline();
  for (const text of ['', 'null', '[]', '{"event":1}', 'nonsense']) server.peers[0]!.send(text);
  server.peers[0]!.send(new Uint8Array([1, 2]));
  server.publish({ event: 'of_tomorrow', channel: 'global', payload: { a: 1 } });
  await roundTrip();
  expect(status()).toBe('online');
  expect(received.map(({ event }) => event)).toEqual(['of_tomorrow']);
});

test('a handshake that nobody answers counts as blocked at once: other ways are tried while the socket is tried on', async () => {
  const { server, clock, hearth, waits, status } = setUp();
  server.welcomes = false;
  hearth.ws.connect();
  await waits(15_000);
  clock.advance(15_000);
  await until(() => server.asked('/sse/hub/subscribe').length === 1);
  expect(server.asked('/sse/hub/subscribe')[0]).toMatchObject({ method: 'POST', body: { own: true, channels: [] } });
  server.welcomes = true;
  await until(() => status() === 'offline');
  clock.advance(1000);
  await until(() => status() === 'online');
});
