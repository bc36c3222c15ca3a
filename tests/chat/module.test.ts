import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { chat as contract } from '@shared/chat/contract.ts';
import { RoomPreview } from '@shared/chat/schema.ts';
import { openChat, type TestChat } from '../support/chat.ts';
import { type House, openHouse } from '../support/chat-house.ts';
import { until } from '../support/until.ts';

interface Welcomed {
  rooms: RoomPreview[];
}
const welcomed = async (t: TestChat, name: string) => (await t.chat.module.welcome?.(t.identity(name))) as Welcomed;

describe('the room channels', () => {
  let t: TestChat;
  let rooms: House['rooms'];
  beforeEach(async () => {
    ({ t, rooms } = await openHouse());
  });
  afterEach(() => t.remove());

  const may = (name: string, channel: string) =>
    t.chat.module.channels?.find(({ prefix }) => prefix === 'room')?.maySubscribe(t.identity(name), channel);

  for (const [who, open, closed, direct] of [
    ['ann', true, true, true],
    ['cal', true, true, false],
    ['dan', false, false, false],
    ['ada', false, false, false],
    ['gus', false, false, false],
    ['rex', false, false, false],
  ] as const)
    test(`let ${who} subscribe to what ${who} is in, and to nothing else`, async () => {
      const answers = [rooms.open, rooms.closed, rooms.direct].map((roomId) => may(who, `room:${roomId}`));
      expect(await Promise.all(answers)).toEqual([open, closed, direct]);
      const subscriptions = await t.chat.module.subscriptions?.(t.identity(who));
      const own = [rooms.open, rooms.closed, rooms.direct].filter((_, index) => [open, closed, direct][index]);
      expect(subscriptions?.toSorted()).toEqual(own.map((roomId) => `room:${roomId}`).toSorted());
    });

  test('of no room, and of an archived one, are nobody’s', async () => {
    expect(await may('ann', 'room:')).toBe(false);
    expect(await may('ann', `room:${t.ids.next('room')}`)).toBe(false);
    for (const name of ['ben', 'cal', 'ann']) await t.must(name, 'leaveRoom', { roomId: rooms.closed });
    expect(await may('ann', `room:${rooms.closed}`)).toBe(false);
  });

  test('tell the others who came online and who went, and store nothing [P2]', async () => {
    const before = t.dump();
    t.chat.module.onOnline?.(t.id('cal'));
    await until(() => t.hub.frames.length >= 2);
    expect(t.frames().map(({ payload }) => payload)).toContainEqual({ roomId: rooms.open, userId: t.id('cal') });
    t.chat.module.onOffline?.(t.id('ben'));
    await until(() => t.hub.frames.length >= 3);
    expect(t.fired().toSorted()).toEqual([
      'user_leave room:Closed → ann cal',
      'user_leave room:Open → ann cal',
      'user_leave room:direct → ann',
    ]);
    expect(t.dump()).toBe(before);
    expect(t.failures).toEqual([]);
  });

  test('of large rooms do not tell who comes and goes [P2]', async () => {
    t.change(`UPDATE rooms SET members = 101 WHERE id = '${rooms.open}'`);
    t.change(`UPDATE rooms SET members = 100 WHERE id = '${rooms.closed}'`);
    t.chat.module.onOnline?.(t.id('cal'));
    await until(() => t.hub.frames.length > 0);
    expect(t.fired()).toEqual(['user_join room:Closed → ann ben']);
  });

  test('report a failure of telling them instead of throwing it away', async () => {
    const cause = new Error('the hub is broken');
    t.hub.publishExcept = () => {
      throw cause;
    };
    t.chat.module.onOnline?.(t.id('cal'));
    await until(() => t.failures.length > 0);
    expect(t.failures).toEqual([cause]);
  });
});

describe('the welcome package', () => {
  let t: TestChat;
  beforeEach(async () => {
    t = await openChat({ ann: 'member', ben: 'member' });
  });
  afterEach(() => t.remove());

  test('shows the caller’s rooms with unread counts and last messages, and no other rooms', async () => {
    const quiet = await t.must('ann', 'createRoom', { name: 'Quiet', kind: 'public' });
    const busy = await t.must('ann', 'createRoom', { name: 'Busy', kind: 'private' });
    await t.must('ann', 'addMember', { roomId: busy.id, userId: t.id('ben') });
    await t.say('ben', busy.id, 'first');
    const last = await t.say('ben', busy.id, 'last');
    await t.must('ben', 'createRoom', { name: 'Other', kind: 'public' });
    expect(await welcomed(t, 'ann')).toEqual({
      rooms: [
        { ...busy, head: 2, unread: 2, lastMessage: last },
        { ...quiet, lastMessage: null },
      ],
    });
  });

  test('shows the 50 most recently active', async () => {
    const made = [];
    for (let number = 0; number < 60; number++)
      made.push(t.must('ann', 'createRoom', { name: `Room ${number}`, kind: 'private' }));
    const rooms = await Promise.all(made);
    const [oldest] = rooms;
    if (!oldest) throw new Error('no room');
    await t.say('ann', oldest.id, 'awake');
    const names = (await welcomed(t, 'ann')).rooms.map(({ name }) => name);
    expect(names).toEqual(['Room 0', ...Array.from({ length: 49 }, (_, index) => `Room ${59 - index}`)]);
  });

  test('stays within 48 KiB with the longest names, topics and messages, and shows no shortened message', async () => {
    const made = [];
    for (let number = 0; number < 50; number++)
      made.push(t.must('ann', 'createRoom', { name: '🦊'.repeat(80), topic: '🦊'.repeat(250), kind: 'private' }));
    for (const { id } of await Promise.all(made)) await t.say('ann', id, '🦊'.repeat(10_000));
    const state = await welcomed(t, 'ann');
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThanOrEqual(48 * 1024);
    expect(state.rooms.length).toBeGreaterThan(20);
    for (const room of state.rooms) expect(room).toMatchObject({ head: 1, lastMessage: null });
  });

  test('gives up the longest messages before others', async () => {
    const long = await t.must('ann', 'createRoom', { name: 'Long', kind: 'private' });
    const short = await t.must('ann', 'createRoom', { name: 'Short', kind: 'private' });
    await t.say('ann', short.id, 'short');
    await t.say('ann', long.id, 'x'.repeat(10_000));
    const { rooms } = await welcomed(t, 'ann');
    expect(rooms).toMatchObject([
      { name: 'Long', lastMessage: null },
      { name: 'Short', lastMessage: { body: { text: 'short' } } },
    ]);
    for (const room of rooms) RoomPreview.parse(room);
  });
});

describe('a chat loaded through the module registry alone', () => {
  let t: TestChat;
  beforeEach(async () => {
    t = await openChat({ ann: 'member' });
  });
  afterEach(() => t.remove());

  test('offers everything its contract states, and nothing else', async () => {
    const names = Object.keys(contract.definitions).toSorted();
    expect(t.registry.modules.map((module) => module.contract.name)).toEqual(['chat']);
    expect(Object.keys(t.chat.module.verbs).toSorted()).toEqual(names);
    for (const name of names) {
      const answer = await t.raw('ann', name, {});
      if (!answer.ok) expect(answer.error.code).toBe('request.invalid');
    }
    for (const name of ['welcome', 'found', 'constructor', 'toString', '__proto__', 'nothing'])
      expect(await t.raw('ann', name, {})).toMatchObject({ ok: false, error: { code: 'request.not_found' } });
    expect(t.log).toEqual([]);
  });

  test('lets no stranger call any of it', async () => {
    for (const name of Object.keys(contract.definitions))
      expect(await t.raw('nobody', name, {})).toMatchObject({ ok: false, error: { code: 'auth.unauthenticated' } });
  });

  test('is reached by nothing else: no file of the server imports it but the composition root, and that its facade', async () => {
    const server = join(import.meta.dir, '../../server');
    const importers: string[] = [];
    for await (const file of new Bun.Glob('**/*.ts').scan(server)) {
      if (file.startsWith('chat/')) continue;
      const source = await Bun.file(join(server, file)).text();
      const folder = new URL(file, 'file:///');
      for (const [, path] of source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
        const target = new URL(path ?? '', folder).pathname;
        if (target.startsWith('/chat/') && !(file === 'app.ts' && target === '/chat/chat.ts'))
          importers.push(`${file} → ${path}`);
      }
    }
    expect(importers).toEqual([]);
  });
});
