import { expect, test } from 'bun:test';
import { alice, envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const status = '/api/auth/status';
const refresh = '/api/auth/refresh';
const answered = (user?: typeof alice, canRefresh = true) =>
  envelope({
    ok: true,
    data: { setupNeeded: !user, setupTokenNeeded: false, canRefresh, ...(user ? { user } : {}) },
  });

test('starting with a session signs in and connects', async () => {
  const { server, hearth, onlines } = setUp();
  server.routes.set(status, () => answered(alice));
  expect(await hearth.start()).toEqual({ ok: true, data: { status: 'signedIn', user: alice } });
  await until(() => onlines.length === 1);
});

test('starting with an expired access token renews it first', async () => {
  const { server, hearth } = setUp();
  let good = false;
  server.routes.set(status, () => answered(good ? alice : undefined));
  server.routes.set(refresh, () => {
    good = true;
    return envelope({ ok: true, data: { token: 't', expiresAt: Date.now() + 600_000 } });
  });
  expect(await hearth.start()).toMatchObject({ ok: true, data: { status: 'signedIn' } });
});

test('starting without a session is signed out and opens no socket', async () => {
  const { server, hearth } = setUp();
  server.routes.set(status, () => answered());
  server.routes.set(refresh, () => refusal('auth.refresh_refused', 401));
  expect(await hearth.start()).toEqual({ ok: true, data: { status: 'signedOut' } });
  expect(server.upgrades).toBe(0);
  expect(hearth.state.get().connection.status).not.toBe('refused');
});

test('a visitor without a refresh token asks for no renewal', async () => {
  const { server, hearth } = setUp();
  server.routes.set(status, () => answered(undefined, false));
  expect(await hearth.start()).toEqual({ ok: true, data: { status: 'signedOut' } });
  expect(server.asked(refresh)).toHaveLength(0);
});

test('starting without a network leaves the session unknown', async () => {
  const { server, hearth } = setUp();
  await server.stop();
  expect(await hearth.start()).toMatchObject({ ok: false, error: { code: 'network.unreachable' } });
  expect(hearth.state.get().session).toEqual({ status: 'unknown' });
});

test('signing out ends the session there and forgets everything here', async () => {
  const { server, hearth, onlines, status: connection } = setUp();
  server.routes.set('/api/auth/signOut', () => envelope({ ok: true, data: {} }));
  hearth.signedIn(alice);
  await until(() => onlines.length === 1);
  expect(await hearth.signOut()).toEqual({ ok: true, data: {} });
  expect(hearth.state.get().session).toEqual({ status: 'signedOut' });
  expect(hearth.state.get().welcome).toBeUndefined();
  expect(connection()).toBe('offline');
  await until(() => server.peers.length === 0);
});

test('signing out that does not reach the server signs nobody out', async () => {
  const { server, hearth } = setUp();
  hearth.signedIn(alice);
  server.routes.set('/api/auth/signOut', () => refusal('server.not_ready', 503, true));
  expect(await hearth.signOut()).toMatchObject({ ok: false, error: { code: 'server.not_ready' } });
  expect(hearth.state.get().session.status).toBe('signedIn');
});

test('signing out of a session that is over already succeeds', async () => {
  const { server, hearth } = setUp();
  server.routes.set('/api/auth/signOut', () => refusal('auth.unauthenticated', 401));
  server.routes.set(refresh, () => refusal('auth.refresh_refused', 401));
  hearth.signedIn(alice);
  expect((await hearth.signOut()).ok).toBe(true);
  expect(hearth.state.get().session.status).toBe('signedOut');
});
