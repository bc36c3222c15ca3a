import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const DAY = 24 * 60 * 60 * 1000;

/** Refreshes and answers with the next refresh token; throws with the code when refused. */
const rotate = async (refreshToken: string): Promise<string> => {
  const result = await scene.call('auth', 'refresh', {}, { refreshToken });
  if (!result.ok) throw new Error(result.error.code);
  if (result.session?.kind !== 'issue') throw new Error('no tokens');
  return result.session.refreshToken;
};

const isAlive = async (): Promise<boolean> => (await scene.auth.authenticator.verifyToken(ada.token)) !== undefined;

test('a refresh rotates the token, renews access and keeps the sockets of the session', async () => {
  scene.clock.advance(5 * 60_000);
  const result = await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  if (!result.ok || result.session?.kind !== 'issue') throw new Error('refused');
  expect(result.session.refreshToken).not.toBe(ada.refreshToken);
  expect(result.session.refreshExpiresAt).toBe(scene.clock.now() + 30 * DAY);
  expect(result.data.expiresAt).toBe(scene.clock.now() + 10 * 60_000);
  expect(await scene.auth.authenticator.verifyToken(result.data.token)).toEqual({
    ...ada.identity,
    expiresAt: result.data.expiresAt,
  });
  expect(scene.extended).toEqual([{ sessionId: ada.identity.sessionId, expiresAt: result.data.expiresAt }]);
  expect(scene.events).toEqual([]);
});

test('twenty tabs that refresh with the same token at once all go on, and can refresh again', async () => {
  const next = await Promise.all(Array.from({ length: 20 }, () => rotate(ada.refreshToken)));
  expect(new Set(next).size).toBe(20);
  expect(scene.endedSessions).toEqual([]);
  const again = await Promise.all(next.map((token) => rotate(token)));
  expect(new Set(again).size).toBe(20);
  expect(await isAlive()).toBe(true);
});

test('a lost answer is repeated with the old token within a minute', async () => {
  await rotate(ada.refreshToken);
  scene.clock.advance(60_000);
  const token = await rotate(ada.refreshToken);
  await rotate(token);
  expect(scene.endedSessions).toEqual([]);
});

test('an old token that comes back after a minute ends the whole family and is logged', async () => {
  const next = await rotate(ada.refreshToken);
  scene.clock.advance(60_001);
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken }))).toBe(
    'auth.refresh_refused',
  );
  expect(scene.endedSessions).toEqual([ada.identity.sessionId]);
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: next }))).toBe('auth.refresh_refused');
  expect(await isAlive()).toBe(false);
  const warnings = scene.log.filter((line) => line.includes('"level":"warn"'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(ada.identity.sessionId);
});

test('a token two generations old ends the family, however young it is', async () => {
  await rotate(await rotate(ada.refreshToken));
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken }))).toBe(
    'auth.refresh_refused',
  );
  expect(scene.endedSessions).toEqual([ada.identity.sessionId]);
});

test('theft in one session leaves the others of the same person alone', async () => {
  const other = await scene.signedIn(await scene.call('auth', 'signIn', { email: 'ada@example.org', password }));
  await rotate(await rotate(ada.refreshToken));
  await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  expect(scene.endedSessions).toEqual([ada.identity.sessionId]);
  await rotate(other.refreshToken);
});

test('a session slides on with use and ends after thirty days without', async () => {
  let token = ada.refreshToken;
  for (let n = 0; n < 3; n++) {
    scene.clock.advance(29 * DAY);
    token = await rotate(token);
  }
  scene.clock.advance(30 * DAY);
  expect(codeOf(await scene.call('auth', 'refresh', {}, { refreshToken: token }))).toBe('auth.refresh_refused');
  expect(scene.endedSessions).toEqual([]);
});

test('tokens that nobody issued, and none at all, are refused without touching any cookie', async () => {
  for (const refreshToken of ['made up', '', `${ada.refreshToken}x`]) {
    const result = await scene.call('auth', 'refresh', {}, { refreshToken });
    expect(codeOf(result)).toBe('auth.refresh_refused');
    expect(result.session).toBeUndefined();
  }
  expect(codeOf(await scene.call('auth', 'refresh', {}))).toBe('auth.refresh_refused');
  expect(scene.endedSessions).toEqual([]);
});

test('a refresh brings a changed name into the token', async () => {
  await scene.call('people', 'updateMe', { name: 'Ada L.' }, { identity: ada.identity });
  const result = await scene.call('auth', 'refresh', {}, { refreshToken: ada.refreshToken });
  const identity = result.ok ? await scene.auth.authenticator.verifyToken(result.data.token) : undefined;
  expect(identity?.name).toBe('Ada L.');
});
