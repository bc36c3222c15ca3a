import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { Context } from '../../server/modules/context.ts';
import type { Caller } from '../../server/modules/registry.ts';
import type { TestChat } from '../support/chat.ts';
import { type House, openHouse } from '../support/chat-house.ts';

let t: TestChat;
let rooms: House['rooms'];

beforeAll(async () => ({ t, rooms } = await openHouse()));
afterAll(() => t.remove());

const scopes: ReadonlySet<string> = new Set(['chat:read', 'chat:write']);
const request: Caller['request'] = {
  requestId: 'req_test',
  ip: '',
  userAgent: '',
  headers: {},
  transport: 'control',
  baseUrl: 'http://localhost/',
  local: true,
};

/** Calls through the module `dice`: for this person, or for itself. */
const through = async (
  person: string | undefined,
  fn: string,
  input: Record<string, unknown>,
  granted = scopes,
): Promise<Result<any>> =>
  t.registry.call(
    {
      request,
      signal: new AbortController().signal,
      through: { module: 'dice', scopes: granted, acts: true },
      ...(person === undefined ? {} : { identity: t.identity(person) }),
    },
    'chat',
    fn,
    input,
  );
const codeOf = (result: Result<unknown>): string => (result.ok ? 'allowed' : result.error.code);
const post = (person: string | undefined, roomId: string, text = 'A six', clientId: string = t.ids.next('c')) =>
  through(person, 'postMessage', { roomId, clientId, text });
const unread = async (name: string, roomId: string): Promise<number | undefined> =>
  (await t.must(name, 'listRooms', {})).find(({ id }) => id === roomId)?.unread;

describe('a module that acts for a person', () => {
  test('posts where the person may, in its own name', async () => {
    const result = await post('ben', rooms.closed);
    expect(result).toMatchObject({ ok: true, data: { author: { kind: 'module', id: 'dice' } } });
    expect((await t.must('ann', 'history', { roomId: rooms.closed })).items.at(-1)?.author).toEqual({
      kind: 'module',
      id: 'dice',
    });
  });

  test('posts nowhere else, whatever it posted for others before', async () => {
    await post('ann', rooms.closed);
    expect(codeOf(await post('dan', rooms.closed))).toBe('chat.room_not_found');
    expect(codeOf(await post('dan', rooms.open))).toBe('auth.forbidden');
    expect(codeOf(await post('rex', rooms.closed))).toBe('chat.room_not_found');
    expect(codeOf(await post('gus', rooms.open))).toBe('chat.room_not_found');
  });

  test('sees the rooms of the person and no others', async () => {
    const listed = async (person: string): Promise<string[]> => {
      const result = await through(person, 'listRooms', {});
      return result.ok ? result.data.map(({ id }: { id: string }) => id).toSorted() : [result.error.code];
    };
    expect(await listed('ann')).toEqual([rooms.open, rooms.closed, rooms.direct].toSorted());
    expect(await listed('gus')).toEqual([]);
    expect(codeOf(await through('dan', 'history', { roomId: rooms.closed }))).toBe('chat.room_not_found');
    expect(codeOf(await through('ben', 'history', { roomId: rooms.direct }))).toBe('allowed');
  });

  test('reads for the person only when it says so: what it posts is new to them', async () => {
    const before = (await unread('ben', rooms.open)) ?? 0;
    const posted = await post('ben', rooms.open, 'For Ben');
    expect(await unread('ben', rooms.open)).toBe(before + 1);
    if (!posted.ok) throw new Error('refused');
    await through('ben', 'markRead', { roomId: rooms.open, position: posted.data.position });
    expect(await unread('ben', rooms.open)).toBe(0);
  });

  test('makes rooms that the person owns, and leaves in their name', async () => {
    const made = await through('dan', 'createRoom', { name: 'Rolled', kind: 'private' });
    if (!made.ok) throw new Error('refused');
    expect(await t.must('dan', 'members', { roomId: made.data.id })).toMatchObject([
      { userId: t.id('dan'), role: 'owner' },
    ]);
    expect(codeOf(await through('dan', 'leaveRoom', { roomId: made.data.id }))).toBe('allowed');
    expect((await t.must('dan', 'listRooms', {})).map(({ name }) => name)).not.toContain('Rolled');
  });

  test('types for the person', async () => {
    t.frames();
    await through('ann', 'setTyping', { roomId: rooms.open, typing: true });
    expect(t.frames()).toMatchObject([{ event: 'user_typing', payload: { userId: t.id('ann') } }]);
  });

  test('has client ids of its own: a person’s are others, and one used for two people stores nothing twice', async () => {
    expect(codeOf(await t.call('ann', 'postMessage', { roomId: rooms.open, clientId: 'same', text: 'Mine' }))).toBe(
      'allowed',
    );
    const first = await post('ann', rooms.open, 'One', 'same');
    expect(first).toMatchObject({ ok: true, data: { body: { text: 'One' } } });
    // Another message under it is refused, and nothing of the first one is told.
    expect(codeOf(await post('ben', rooms.open, 'Two', 'same'))).toBe('chat.client_id_reused');
    expect(codeOf(await post('ben', rooms.direct, 'One', 'same'))).toBe('chat.client_id_reused');
    // Who may not post in the room does not learn either that it was.
    expect(codeOf(await post('gus', rooms.open, 'One', 'same'))).toBe('chat.room_not_found');
    expect(await post('ben', rooms.open, 'One', 'same')).toEqual(first);
  });

  test('does nothing beyond its scopes', async () => {
    const onlyReads = new Set(['chat:read']);
    const input = { roomId: rooms.open, clientId: t.ids.next('c'), text: 'No' };
    expect(codeOf(await through('ann', 'postMessage', input, onlyReads))).toBe('module.scope_missing');
    expect(codeOf(await through(undefined, 'postMessage', input, onlyReads))).toBe('module.scope_missing');
  });
});

describe('a module that acts for itself', () => {
  test('posts into public rooms without being in them, and nobody’s read position moves', async () => {
    const before = (await unread('ann', rooms.open)) ?? 0;
    t.frames();
    expect(await post(undefined, rooms.open)).toMatchObject({
      ok: true,
      data: { author: { kind: 'module', id: 'dice' } },
    });
    expect(t.fired()).toEqual(['chat_message room:Open → ann ben cal']);
    expect(await unread('ann', rooms.open)).toBe(before + 1);
    expect((await t.must('ann', 'members', { roomId: rooms.open })).map(({ userId }) => userId)).not.toContain('dice');
  });

  test('reads and lists public rooms', async () => {
    const listed = await through(undefined, 'listRooms', {});
    expect(listed.ok && listed.data).toMatchObject([{ id: rooms.open, role: 'member', unread: 0 }]);
    const head = listed.ok ? listed.data[0].head : 0;
    const page = await through(undefined, 'history', { roomId: rooms.open, limit: 1 });
    expect(page).toMatchObject({ ok: true, data: { items: [{ position: head }] } });
    expect(codeOf(await through(undefined, 'members', { roomId: rooms.open }))).toBe('allowed');
  });

  test('finds no private, direct or archived room', async () => {
    const gone = await t.must('dan', 'createRoom', { name: 'Gone', kind: 'public' });
    t.change(`UPDATE rooms SET archived_at = 1 WHERE id = '${gone.id}'`);
    for (const roomId of [rooms.closed, rooms.direct, gone.id])
      for (const [fn, input] of [
        ['postMessage', { roomId, clientId: t.ids.next('c'), text: 'x' }],
        ['history', { roomId }],
        ['members', { roomId }],
        ['markRead', { roomId, position: 1 }],
      ] as const)
        expect([fn, codeOf(await through(undefined, fn, input))]).toEqual([fn, 'chat.room_not_found']);
  });

  test('is no person: it neither joins nor reads nor makes rooms', async () => {
    for (const [fn, input] of [
      ['joinRoom', { roomId: rooms.open }],
      ['leaveRoom', { roomId: rooms.open }],
      ['markRead', { roomId: rooms.open, position: 1 }],
      ['setTyping', { roomId: rooms.open, typing: true }],
      ['addMember', { roomId: rooms.open, userId: t.id('dan') }],
      ['createRoom', { name: 'Mine', kind: 'public' }],
      ['openDirect', { userIds: [t.id('ann')] }],
    ] as const)
      expect([fn, codeOf(await through(undefined, fn, input))]).toEqual([fn, 'auth.forbidden']);
  });

  test('may listen to public rooms alone', async () => {
    const [namespace] = t.chat.module.channels ?? [];
    const open = async (roomId: string) => namespace?.openToModules?.(`room:${roomId}`);
    expect([await open(rooms.open), await open(rooms.closed), await open(rooms.direct)]).toEqual([true, false, false]);
    expect(await open(t.ids.next('room'))).toBe(false);
  });
});

test('whether somebody may post is told as posting would be answered', async () => {
  const asked = async (person: string | undefined, roomId: RoomId): Promise<string> => {
    const actor = person === undefined ? { kind: 'module', id: 'dice' } : { kind: 'user', id: t.id(person) };
    const ctx = { actor, role: 'admin', ...(person === undefined ? {} : { identity: t.identity(person) }) };
    const role = person === undefined ? 'admin' : t.identity(person).role;
    return codeOf(await t.chat.mayPost({ ...ctx, role } as Context, roomId));
  };
  for (const person of ['ann', 'cal', 'dan', 'gus', 'rex', undefined])
    for (const roomId of [rooms.open, rooms.closed, rooms.direct]) {
      const input = { roomId, clientId: t.ids.next('c'), text: 'x' };
      const answer =
        person === undefined
          ? await through(undefined, 'postMessage', input)
          : await t.call(person, 'postMessage', input);
      expect([person, await asked(person, roomId)]).toEqual([person, codeOf(answer)]);
    }
});
