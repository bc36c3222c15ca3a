import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene } from '../support/accounts-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const input = { name: 'Ada', email: 'Ada@Example.org', password, teamName: 'Analysts' };

test('the first person makes the team, becomes its admin and is signed in', async () => {
  const result = await scene.call('auth', 'setup', { ...input, locale: 'de' }, { local: true });
  const { user, identity } = await scene.signedIn(result);
  expect(user).toMatchObject({ name: 'Ada', email: 'ada@example.org', role: 'admin', locale: null });
  expect(identity).toMatchObject({ userId: user.id, role: 'admin', name: 'Ada' });
  expect(scene.founded).toEqual([{ userId: user.id, teamName: 'Analysts', locale: 'de' }]);
  expect(scene.events).toEqual(['global person_changed']);
  expect(scene.welcomed).toEqual([]);
});

test('fifty attempts at once make one admin', async () => {
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      scene.call('auth', 'setup', { ...input, email: `a${n}@example.org` }, { local: true }),
    ),
  );
  expect(results.filter((result) => result.ok)).toHaveLength(1);
  expect(new Set(results.map(codeOf))).toEqual(new Set([undefined, 'auth.setup_done']));
  const accounts = await scene.call('people', 'accounts', {}, { system: true });
  expect(accounts.ok && accounts.data.map(({ role }) => role)).toEqual(['admin']);
  expect(scene.events).toEqual(['global person_changed']);
});

test('set-up happens once, also after a restart', async () => {
  await scene.found();
  await scene.restart();
  expect(codeOf(await scene.setup('eve@example.org'))).toBe('auth.setup_done');
  expect(await scene.auth.setupToken()).toBeUndefined();
  expect(scene.events).toEqual([]);
});

test('from elsewhere set-up needs the token of the terminal', async () => {
  expect(codeOf(await scene.call('auth', 'setup', input))).toBe('auth.setup_token_wrong');
  expect(codeOf(await scene.call('auth', 'setup', { ...input, token: 'guess' }))).toBe('auth.setup_token_wrong');
  expect(scene.events).toEqual([]);
  const token = await scene.auth.setupToken();
  expect(codeOf(await scene.call('auth', 'setup', { ...input, token: token ?? '' }))).toBeUndefined();
});

test('guessing the set-up token is slowed down, which the right token does not get around', async () => {
  const token = (await scene.auth.setupToken()) ?? '';
  for (let n = 0; n < 10; n++)
    expect(codeOf(await scene.call('auth', 'setup', { ...input, token: `guess ${n}` }))).toBe('auth.setup_token_wrong');
  const limited = await scene.call('auth', 'setup', { ...input, token });
  expect(limited).toMatchObject({ ok: false, error: { code: 'request.rate_limited', retryAfter: 60 } });
  expect(codeOf(await scene.call('auth', 'setup', { ...input, token }, { ip: '192.0.2.2' }))).toBeUndefined();
});

test('status tells whether set-up and its token are needed', async () => {
  expect(await scene.call('auth', 'status', {})).toEqual({
    ok: true,
    data: { setupNeeded: true, setupTokenNeeded: true, canRefresh: false },
  });
  expect(await scene.call('auth', 'status', {}, { local: true })).toEqual({
    ok: true,
    data: { setupNeeded: true, setupTokenNeeded: false, canRefresh: false },
  });
  const ada = await scene.found();
  const set = { setupNeeded: false, setupTokenNeeded: false, canRefresh: false, teamName: 'Analysts' };
  expect(await scene.call('auth', 'status', {})).toEqual({ ok: true, data: set });
  expect(await scene.call('auth', 'status', {}, { identity: ada.identity })).toEqual({
    ok: true,
    data: { ...set, user: ada.user },
  });
});

test('an e-mail address that the command line gave away already is refused, and set-up stays open', async () => {
  const added = { name: 'Eve', email: 'ada@example.org', password, role: 'member' } as const;
  expect(codeOf(await scene.call('people', 'add', added, { system: true }))).toBeUndefined();
  expect(codeOf(await scene.setup())).toBe('people.email_taken');
  expect(codeOf(await scene.setup('ada.l@example.org'))).toBeUndefined();
});
