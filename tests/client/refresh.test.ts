import { expect, test } from 'bun:test';
import { alice, envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const refresh = '/api/auth/refresh';
const me = '/api/people/me';

/** A server whose access token is good once it was renewed. */
function expired(lifetime = 600_000) {
  const made = setUp();
  let good = false;
  made.server.routes.set(me, () => (good ? envelope({ ok: true, data: alice }) : refusal('auth.unauthenticated', 401)));
  made.server.routes.set(refresh, () => {
    good = true;
    return envelope({ ok: true, data: { token: 't', expiresAt: Date.now() + lifetime } });
  });
  return { ...made, expire: () => void (good = false) };
}

test('calls that find the token expired share one renewal and are sent again once', async () => {
  const { server, hearth } = expired();
  const results = await Promise.all(Array.from({ length: 10 }, () => hearth.api.people.me()));
  expect(results.every((result) => result.ok)).toBe(true);
  expect(server.asked(refresh)).toHaveLength(1);
  expect(server.asked(me)).toHaveLength(20);
});

test('the key of a call stays the same when it is sent again', async () => {
  const { server, hearth } = expired();
  await hearth.api.people.me({}, { key: 'k' });
  expect(server.asked(me).map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k', 'k']);
});

test('a renewal that is refused leaves the first answer and ends the session', async () => {
  const { server, hearth } = expired();
  hearth.signedIn(alice);
  server.routes.set(refresh, () => refusal('auth.refresh_refused', 401));
  expect(await hearth.api.people.me()).toMatchObject({ ok: false, error: { code: 'auth.unauthenticated' } });
  expect(hearth.state.get()).toMatchObject({ session: { status: 'signedOut' }, connection: { status: 'refused' } });
});

test('a renewal that fails on the way says so and ends nothing', async () => {
  const { server, hearth } = expired();
  server.routes.set(refresh, () => refusal('server.not_ready', 503, true));
  expect(await hearth.api.people.me()).toMatchObject({ ok: false, error: { code: 'server.not_ready' } });
  expect(hearth.state.get().session).toEqual({ status: 'unknown' });
});

test('a call that stays unauthenticated after a renewal is not repeated for ever', async () => {
  const { server, hearth } = expired();
  server.routes.set(me, () => refusal('auth.unauthenticated', 401));
  expect(await hearth.api.people.me()).toMatchObject({ ok: false, error: { code: 'auth.unauthenticated' } });
  expect(server.asked(me)).toHaveLength(2);
  expect(server.asked(refresh)).toHaveLength(1);
});

test('a wrong password is no reason to renew', async () => {
  const { server, hearth } = expired();
  server.routes.set('/api/auth/signIn', () => refusal('auth.wrong_credentials', 401));
  await hearth.api.auth.signIn({ email: 'a@b.c', password: 'x' });
  expect(server.asked(refresh)).toHaveLength(0);
});

test('the token is renewed by itself before it expires, whatever our clock shows', async () => {
  const { server, clock, hearth } = expired();
  await hearth.api.people.me();
  clock.advance(600_000 * 0.69);
  expect(server.asked(refresh)).toHaveLength(1);
  clock.advance(600_000 * 0.02);
  await until(() => server.asked(refresh).length === 2);
});

test('a renewal by itself that fails on the way is tried again', async () => {
  const { server, clock, hearth, waits } = expired();
  await hearth.api.people.me();
  server.routes.set(refresh, () => refusal('server.not_ready', 503, true));
  clock.advance(600_000 * 0.71);
  await waits(1000);
  expect(server.asked(refresh)).toHaveLength(2);
  clock.advance(1000);
  await until(() => server.asked(refresh).length === 3);
});

test('the expiry that the welcome names is renewed in time', async () => {
  const { server, clock, goOnline } = setUp();
  server.routes.set(refresh, () => refusal('server.not_ready', 503, true));
  server.sessionExpiresAt = Date.now() + 100_000;
  server.pingInterval = 3_600_000;
  await goOnline();
  clock.advance(69_000);
  expect(server.asked(refresh)).toHaveLength(0);
  clock.advance(2000);
  await until(() => server.asked(refresh).length === 1);
});

test('a call to refresh joins the renewal under way', async () => {
  const { server, hearth } = expired();
  await Promise.all([hearth.api.people.me(), hearth.api.auth.refresh()]);
  expect(server.asked(refresh).length).toBeLessThanOrEqual(2);
  await Promise.all([hearth.api.auth.refresh(), hearth.api.auth.refresh()]);
  expect(server.asked(refresh).length).toBeLessThanOrEqual(3);
});

test('with a Bearer token a renewal asks the owner, and sends the call again only with another token', async () => {
  let token = 'old';
  const { server, hearth } = setUp({ token: () => token });
  const sent = () => server.asked(me).map(({ headers }) => headers.get('authorization'));
  server.routes.set(me, () => refusal('auth.unauthenticated', 401));
  expect((await hearth.api.people.me()).ok).toBe(false);
  expect(sent()).toEqual(['Bearer old']);
  server.routes.set(me, (request) => {
    token = 'new';
    return request.headers.get('authorization') === 'Bearer new'
      ? envelope({ ok: true, data: {} })
      : refusal('auth.unauthenticated', 401);
  });
  expect((await hearth.api.people.me()).ok).toBe(true);
  expect(sent()).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  expect(server.asked(refresh)).toHaveLength(0);
});
