import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const signIn = async (userAgent: string): Promise<SignedInPerson> =>
  scene.signedIn(
    await scene.call('auth', 'signIn', { email: 'ada@example.org', password }, { userAgent, ip: '192.0.2.9' }),
  );

test('people see their own sessions, which one is theirs now, and when each was seen last', async () => {
  const bo = await scene.person('Bo');
  scene.clock.advance(1000);
  const phone = await signIn('Phone/1.0');
  scene.clock.advance(1000);
  await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  const mine = await scene.call('auth', 'sessions', {}, { identity: phone.identity });
  const start = scene.clock.now() - 2000;
  expect(mine).toEqual({
    ok: true,
    data: [
      {
        id: ada.identity.sessionId as `ses_${string}`,
        current: false,
        userAgent: 'Test/1.0',
        ip: '192.0.2.1',
        createdAt: start,
        lastSeenAt: start + 2000,
      },
      {
        id: phone.identity.sessionId as `ses_${string}`,
        current: true,
        userAgent: 'Phone/1.0',
        ip: '192.0.2.9',
        createdAt: start + 1000,
        lastSeenAt: start + 1000,
      },
    ],
  });
  const theirs = await scene.call('auth', 'sessions', {}, { identity: bo.identity });
  expect(theirs.ok && theirs.data.map(({ id }) => id as string)).toEqual([bo.identity.sessionId]);
});

test('ending another session of oneself closes its sockets and tokens, and leaves the current one', async () => {
  const phone = await signIn('Phone/1.0');
  const id = phone.identity.sessionId;
  const result = await scene.call('auth', 'endSession', { id }, { identity: ada.identity });
  expect(result).toEqual({ ok: true, data: {} });
  expect(scene.endedSessions).toEqual([id]);
  expect(await scene.auth.authenticator.verifyToken(phone.token)).toBeUndefined();
  expect(await scene.auth.authenticator.verifyToken(ada.token)).toEqual(ada.identity);
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: phone.refreshToken }))).toBe(
    'auth.refresh_refused',
  );
  expect(codeOf(await scene.call('auth', 'endSession', { id }, { identity: ada.identity }))).toBe(
    'auth.session_not_found',
  );
  expect(scene.events).toEqual([]);
});

test('nobody ends a session of somebody else, an admin neither', async () => {
  const bo = await scene.person('Bo');
  const ended = await scene.call('auth', 'endSession', { id: bo.identity.sessionId }, { identity: ada.identity });
  expect(codeOf(ended)).toBe('auth.session_not_found');
  expect(scene.endedSessions).toEqual([]);
  expect(await scene.auth.authenticator.verifyToken(bo.token)).toEqual(bo.identity);
});

test('ending the current session, by either way, clears the cookies', async () => {
  const id = ada.identity.sessionId;
  expect(await scene.call('auth', 'endSession', { id }, { identity: ada.identity })).toEqual({
    ok: true,
    data: {},
    session: { kind: 'clear' },
  });
  const phone = await signIn('Phone/1.0');
  const out = { ok: true, data: {}, session: { kind: 'clear' } } as const;
  expect(await scene.call('auth', 'signOut', {}, { identity: phone.identity })).toEqual(out);
  expect(await scene.call('auth', 'signOut', {}, { identity: phone.identity })).toEqual(out);
  expect(scene.endedSessions).toEqual([id, phone.identity.sessionId]);
});

test('strangers see and end nothing', async () => {
  const id = ada.identity.sessionId;
  expect(codeOf(await scene.call('auth', 'sessions', {}))).toBe('auth.unauthenticated');
  expect(codeOf(await scene.call('auth', 'endSession', { id }))).toBe('auth.unauthenticated');
  expect(codeOf(await scene.call('auth', 'signOut', {}))).toBe('auth.unauthenticated');
  expect(scene.endedSessions).toEqual([]);
});

test('a new password ends all sessions of that person and of nobody else', async () => {
  const bo = await scene.person('Bo');
  const phone = await scene.signedIn(await scene.call('auth', 'signIn', { email: 'bo@example.org', password }));
  const input = { userId: bo.user.id, password: 'another password' };
  expect(await scene.call('people', 'setPassword', input, { identity: ada.identity })).toEqual({ ok: true, data: {} });
  expect(new Set(scene.endedSessions)).toEqual(new Set([bo.identity.sessionId, phone.identity.sessionId]));
  expect(await scene.auth.authenticator.verifyToken(ada.token)).toEqual(ada.identity);
  expect(codeOf(await scene.call('auth', 'signIn', { email: 'bo@example.org', password }))).toBe(
    'auth.wrong_credentials',
  );
  const anew = { email: 'bo@example.org', password: input.password };
  expect(codeOf(await scene.call('auth', 'signIn', anew))).toBeUndefined();
  expect(scene.events).toEqual([]);
});

test('what ended or expired is forgotten after a day, and what lives stays', async () => {
  const phone = await signIn('Phone/1.0');
  await scene.call('auth', 'signOut', {}, { identity: phone.identity });
  scene.clock.advance(2 * 24 * 60 * 60 * 1000);
  await scene.restart();
  await scene.db.idle();
  const refused = await scene.call('auth', 'refresh', {}, { refreshToken: phone.refreshToken });
  expect(codeOf(refused)).toBe('auth.refresh_refused');
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken }))).toBeUndefined();
});
