import { afterEach, beforeEach, expect, test } from 'bun:test';
import { codeOf, openScene, password, type Scene, type Who } from '../support/accounts-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

type Caller = 'stranger' | 'guest' | 'member' | 'admin' | 'system';

interface Row {
  function: string;
  call: (who: Who, code: string) => Promise<{ ok: boolean }>;
  may: readonly Caller[];
  /** For each success. */
  events: readonly string[];
}

const everybody: readonly Caller[] = ['guest', 'member', 'admin'];
const admins: readonly Caller[] = ['admin', 'system'];
let count = 0;

const rows: Row[] = [
  { function: 'me', may: everybody, events: [], call: (who) => scene.call('people', 'me', {}, who) },
  { function: 'list', may: [...everybody, 'system'], events: [], call: (who) => scene.call('people', 'list', {}, who) },
  {
    function: 'updateMe (name)',
    may: everybody,
    events: ['global person_changed'],
    call: (who) => scene.call('people', 'updateMe', { name: `Name ${++count}` }, who),
  },
  {
    function: 'updateMe (language)',
    may: everybody,
    events: [],
    call: (who) => scene.call('people', 'updateMe', { locale: 'de' }, who),
  },
  {
    function: 'invite',
    may: admins,
    events: [],
    call: (who) => scene.call('people', 'invite', { role: 'guest' }, who),
  },
  { function: 'invites', may: admins, events: [], call: (who) => scene.call('people', 'invites', {}, who) },
  {
    function: 'inviteQr',
    may: admins,
    events: [],
    call: (who, code) => scene.call('people', 'inviteQr', { code }, who),
  },
  {
    function: 'invitation',
    may: ['stranger', ...everybody, 'system'],
    events: [],
    call: (who, code) => scene.call('people', 'invitation', { code }, who),
  },
  {
    function: 'acceptInvite',
    may: ['stranger', ...everybody, 'system'],
    events: ['global person_changed'],
    call: (who, code) =>
      scene.call('people', 'acceptInvite', { code, name: 'New', email: `new${++count}@example.org`, password }, who),
  },
  {
    function: 'add',
    may: admins,
    events: ['global person_changed'],
    call: (who) =>
      scene.call('people', 'add', { name: 'New', email: `new${++count}@example.org`, password, role: 'guest' }, who),
  },
  { function: 'accounts', may: admins, events: [], call: (who) => scene.call('people', 'accounts', {}, who) },
  {
    function: 'setPassword',
    may: admins,
    events: [],
    call: async (who) => {
      const list = await scene.call('people', 'list', {}, { system: true });
      const userId = list.ok ? list.data.find(({ name }) => name === 'Target')?.id : undefined;
      if (!userId) throw new Error('no target');
      return scene.call('people', 'setPassword', { userId, password: 'another password' }, who);
    },
  },
  {
    function: 'revokeInvite',
    may: admins,
    events: [],
    call: async (who) => {
      const made = await scene.call('people', 'invite', { role: 'guest' }, { system: true });
      if (!made.ok) throw new Error(made.error.code);
      return scene.call('people', 'revokeInvite', { code: made.data.code }, who);
    },
  },
];

test.each(rows)(
  'people.$function answers whom it should, refuses the others, and emits what it should',
  async (row) => {
    const admin = await scene.found();
    const guest = await scene.person('Guest', 'guest');
    const member = await scene.person('Member', 'member');
    await scene.person('Target', 'member');
    const invite = await scene.call('people', 'invite', { role: 'guest', maxUses: null }, { system: true });
    if (!invite.ok) throw new Error(invite.error.code);
    const callers: Record<Caller, Who> = {
      stranger: {},
      guest: { identity: guest.identity },
      member: { identity: member.identity },
      admin: { identity: admin.identity },
      system: { system: true },
    };
    for (const [name, who] of Object.entries(callers)) {
      scene.events.length = 0;
      const allowed = row.may.includes(name as Caller);
      const result = await row.call(who, invite.data.code);
      expect([name, result.ok]).toEqual([name, allowed]);
      expect([name, ...scene.events]).toEqual([name, ...(allowed ? row.events : [])]);
      if (result.ok) continue;
      const expected = name === 'stranger' || name === 'system' ? 'auth.unauthenticated' : 'auth.forbidden';
      expect([name, codeOf(result as Parameters<typeof codeOf>[0])]).toEqual([name, expected]);
    }
  },
);

test('anybody signed in may listen to everybody, and to themselves alone', async () => {
  const { identity } = await scene.found();
  const channels = scene.people.module.channels ?? [];
  const may = (channel: string) =>
    channels.find(({ prefix }) => prefix === channel.split(':')[0])?.maySubscribe(identity, channel);
  expect(channels.map(({ prefix, kind }) => [prefix, kind])).toEqual([
    ['global', 'journalled'],
    ['user', 'journalled'],
  ]);
  expect(may('global')).toBe(true);
  expect(may(`user:${identity.userId}`)).toBe(true);
  for (const channel of [
    'global:x',
    'user',
    'user:',
    'user:usr_00000000000000000000000000',
    `user:${identity.userId}:x`,
  ])
    expect([channel, may(channel)]).toEqual([channel, false]);
});
