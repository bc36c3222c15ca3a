import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene, type SignedInPerson } from '../support/accounts-scene.ts';

let scene: Scene;
let ada: SignedInPerson;
beforeEach(async () => {
  scene = await openScene();
  ada = await scene.found();
});
afterEach(() => scene.close());

test('a changed name is told to everybody, without the e-mail address', async () => {
  const result = await scene.call('people', 'updateMe', { name: ' Ada L. ' }, { identity: ada.identity });
  expect(result).toEqual({ ok: true, data: { ...ada.user, name: 'Ada L.' }, journalled: [expect.anything()] } as never);
  expect(scene.events).toEqual(['global person_changed']);
  expect(scene.payloads).toEqual([{ id: ada.user.id, name: 'Ada L.', role: 'admin', active: true }]);
  expect(await scene.call('people', 'me', {}, { identity: ada.identity })).toEqual({
    ok: true,
    data: { ...ada.user, name: 'Ada L.' },
  });
});

test('a changed language, and a name that stays the same, concern nobody else', async () => {
  for (const locale of ['de', null, 'en'] as const) {
    const result = await scene.call('people', 'updateMe', { name: 'Ada', locale }, { identity: ada.identity });
    expect(result).toEqual({ ok: true, data: { ...ada.user, locale } });
  }
  expect(await scene.call('people', 'updateMe', {}, { identity: ada.identity })).toEqual({
    ok: true,
    data: { ...ada.user, locale: 'en' },
  });
  expect(scene.events).toEqual([]);
});

test('the list shows everybody with presence and nobody’s e-mail address', async () => {
  const bo = await scene.person('Bo', 'guest');
  scene.online.add(ada.user.id);
  expect(await scene.call('people', 'list', {}, { identity: bo.identity })).toEqual({
    ok: true,
    data: [
      { id: ada.user.id, name: 'Ada', role: 'admin', active: true, presence: 'online' },
      { id: bo.user.id, name: 'Bo', role: 'guest', active: true, presence: 'offline' },
    ],
  });
});

test('a new password of one’s own signs out everywhere, here too', async () => {
  const input = { userId: ada.user.id, password: 'another password' };
  expect(await scene.call('people', 'setPassword', input, { identity: ada.identity })).toEqual({
    ok: true,
    data: {},
    session: { kind: 'clear' },
  });
  expect(scene.endedSessions).toEqual([ada.identity.sessionId]);
});

test('a person who is not there gets no password', async () => {
  const input = { userId: 'usr_00000000000000000000000000', password } as const;
  expect(codeOf(await scene.call('people', 'setPassword', input, { system: true }))).toBe('people.not_found');
});

test('a person who was added without an invitation is welcomed, and their address is taken', async () => {
  const input = { name: 'Bo', email: 'bo@example.org', password, role: 'member' } as const;
  const added = await scene.call('people', 'add', input, { identity: ada.identity });
  expect(added.ok && scene.welcomed).toEqual([added.ok ? added.data.id : '']);
  expect(scene.events).toEqual(['global person_changed']);
  expect(codeOf(await scene.call('people', 'add', { ...input, email: 'BO@example.org' }, { system: true }))).toBe(
    'people.email_taken',
  );
  expect(scene.welcomed).toHaveLength(1);
  expect(scene.events).toHaveLength(1);
});

test('of some ids those of active people are told', async () => {
  const bo = await scene.person('Bo');
  const nobody = 'usr_00000000000000000000000000';
  const ids = [bo.user.id, nobody, ada.user.id, "'); DROP TABLE users; --"];
  expect(new Set(await scene.people.active(scene.db.read, ids))).toEqual(new Set([ada.user.id, bo.user.id]));
  expect(await scene.people.active(scene.db.read, [])).toEqual([]);
});
