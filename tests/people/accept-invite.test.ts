import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

const invite = async (maxUses: number | null = 1): Promise<string> => {
  const result = await scene.call('people', 'invite', { role: 'member', maxUses }, { identity: ada.identity });
  if (!result.ok) throw new Error(result.error.code);
  return result.data.code;
};
const accept = (code: string, email: string, ip?: string) =>
  scene.call('people', 'acceptInvite', { code, name: 'Bo', email, password }, ip === undefined ? {} : { ip });
const emails = async (): Promise<string[]> => {
  const result = await scene.call('people', 'accounts', {}, { system: true });
  return result.ok ? result.data.map(({ email }) => email) : [];
};

test('accepting makes a person of the stated role, lets them in everywhere and signs them in', async () => {
  const bo = await scene.signedIn(await accept(await invite(), 'Bo@Example.org'));
  expect(bo.user).toMatchObject({ name: 'Bo', email: 'bo@example.org', role: 'member', locale: null });
  expect(bo.identity).toMatchObject({ userId: bo.user.id, role: 'member' });
  expect(scene.welcomed).toEqual([bo.user.id]);
  expect(scene.events).toEqual(['global person_changed']);
  expect(scene.payloads).toEqual([{ id: bo.user.id, name: 'Bo', role: 'member', active: true }]);
  expect(codeOf(await scene.call('auth', 'signIn', { email: 'bo@example.org', password }))).toBeUndefined();
});

test('of many who accept an invitation for one at once, one comes in and nothing is left of the others', async () => {
  const code = await invite(1);
  const results = await Promise.all(Array.from({ length: 20 }, (_, n) => accept(code, `b${n}@example.org`)));
  expect(results.filter((result) => result.ok)).toHaveLength(1);
  expect(new Set(results.map(codeOf))).toEqual(new Set([undefined, 'people.invite_invalid']));
  expect(await emails()).toHaveLength(2);
  expect(scene.welcomed).toHaveLength(1);
  expect(scene.events).toEqual(['global person_changed']);
});

test('an invitation for three lets exactly three of ten in', async () => {
  const code = await invite(3);
  const results = await Promise.all(Array.from({ length: 10 }, (_, n) => accept(code, `b${n}@example.org`)));
  expect(results.filter((result) => result.ok)).toHaveLength(3);
  expect(await emails()).toHaveLength(4);
});

test('of many with one e-mail address one comes in, and the others use nothing up', async () => {
  const code = await invite(2);
  const results = await Promise.all(
    ['bo@example.org', 'BO@example.org', 'Bo@Example.Org'].map((email) => accept(code, email)),
  );
  expect(results.map(codeOf).toSorted()).toEqual(['people.email_taken', 'people.email_taken', undefined]);
  expect(await emails()).toEqual(['ada@example.org', 'bo@example.org']);
  expect(codeOf(await accept(code, 'cy@example.org'))).toBeUndefined();
});

test('an e-mail address that somebody has is refused and uses nothing up', async () => {
  const code = await invite(1);
  const result = await accept(code, 'ADA@example.org');
  expect(codeOf(result)).toBe('people.email_taken');
  expect(result.session).toBeUndefined();
  expect(scene.events).toEqual([]);
  expect(codeOf(await accept(code, 'bo@example.org'))).toBeUndefined();
});

test('an invitation is no good once it has expired or been revoked', async () => {
  const revoked = await invite();
  await scene.call('people', 'revokeInvite', { code: revoked }, { identity: ada.identity });
  expect(codeOf(await accept(revoked, 'bo@example.org'))).toBe('people.invite_invalid');
  const expired = await invite();
  scene.clock.advance(7 * 24 * 60 * 60 * 1000);
  expect(codeOf(await accept(expired, 'bo@example.org'))).toBe('people.invite_invalid');
  expect(await emails()).toEqual(['ada@example.org']);
  expect(scene.events).toEqual([]);
});

test('guessing codes is limited by address, says for how long, and newcomers elsewhere are not held up', async () => {
  const code = await invite(null);
  for (let n = 0; n < 20; n++)
    expect(codeOf(await accept(`guess${String(n).padStart(17, '0')}`, 'bo@example.org'))).toBe('people.invite_invalid');
  expect(await accept(code, 'bo@example.org')).toMatchObject({
    ok: false,
    error: { code: 'request.rate_limited', retryAfter: 30 },
  });
  expect(codeOf(await accept(code, 'bo@example.org', '192.0.2.2'))).toBeUndefined();
  scene.clock.advance(30_000);
  expect(codeOf(await accept(code, 'cy@example.org'))).toBeUndefined();
});

test('many newcomers from one address are not limited', async () => {
  const code = await invite(null);
  for (let n = 0; n < 30; n++) expect(codeOf(await accept(code, `b${n}@example.org`))).toBeUndefined();
});

const hostile = [
  ['a right-to-left override', 'Ada\u202Egnp.exe'],
  ['an isolate', 'Ada\u2067'],
  ['a line break', 'Ada\nadmin'],
  ['an escape sequence', 'Ada\u001B[31m'],
  ['a lone surrogate', 'Ada\uD800'],
  ['nothing but spaces', '   '],
] as const;
test.each(hostile)('a name with %s is refused', async (_, name) => {
  const code = await invite();
  const result = await scene.call('people', 'acceptInvite', { code, name, email: 'bo@example.org', password });
  expect(result).toMatchObject({ ok: false, error: { code: 'request.invalid', issues: [{ path: 'name' }] } });
  expect(await emails()).toEqual(['ada@example.org']);
  expect(scene.events).toEqual([]);
});
