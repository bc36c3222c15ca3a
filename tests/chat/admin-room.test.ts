import { afterEach, expect, test } from 'bun:test';
import { openChat, type TestChat } from '../support/chat.ts';

let t: TestChat;
afterEach(() => t.remove());

const failed = { id: 'dice', title: 'Dice', reason: 'It crashed three times' };
const roomOf = async (name: string) =>
  (await t.must(name, 'listRooms', {})).find((room) => room.name === 'Administration');

test('the admins are told in a private room of theirs, made when it is first needed', async () => {
  t = await openChat({ ada: 'admin', eve: 'admin', ben: 'member' });
  expect(await roomOf('ada')).toBeUndefined();
  t.frames();
  await t.chat.notifyAdmins('module_failed', failed);
  expect(t.fired()).toEqual([
    'room_added user:ada → ada',
    'room_added user:eve → eve',
    'member_added room:Administration → ada eve',
    'member_added room:Administration → ada eve',
    'chat_message room:Administration → ada eve',
  ]);
  const room = await roomOf('eve');
  expect(room).toMatchObject({ kind: 'private', role: 'owner', head: 1, unread: 1 });
  const { items } = await t.must('ada', 'history', { roomId: room?.id ?? 'room_' });
  expect(items).toMatchObject([
    { author: { kind: 'system', id: 'system' }, body: { kind: 'system', code: 'module_failed', params: failed } },
  ]);
  expect((await t.raw('ben', 'history', { roomId: room?.id })).ok).toBe(false);
});

test('the room is one, each event is told once, and those who became admins since are let in', async () => {
  t = await openChat({ ada: 'admin', eve: 'admin' });
  t.deactivate('eve');
  await t.chat.notifyAdmins('module_failed', failed);
  const room = await roomOf('ada');
  expect(await roomOf('eve')).toBeUndefined();
  t.activate('eve');
  t.frames();
  await t.chat.notifyAdmins('module_failed', { ...failed, id: 'hello' });
  expect(t.fired()).toEqual([
    'room_added user:eve → eve',
    'member_added room:Administration → ada eve',
    'chat_message room:Administration → ada eve',
  ]);
  expect(await roomOf('ada')).toMatchObject({ id: room?.id, head: 2, unread: 2 });
  // What was said before somebody came is no news to them.
  expect(await roomOf('eve')).toMatchObject({ id: room?.id, head: 2, unread: 1 });
});

test('an admin who left hears of the next thing again, and a room that all left is made anew', async () => {
  t = await openChat({ ada: 'admin' });
  await t.chat.notifyAdmins('module_failed', failed);
  const first = await roomOf('ada');
  await t.must('ada', 'leaveRoom', { roomId: first?.id ?? 'room_' });
  await t.chat.notifyAdmins('module_failed', failed);
  const second = await roomOf('ada');
  expect(second).toMatchObject({ head: 1, unread: 1 });
  expect(second?.id).not.toBe(first?.id ?? '');
});

test('a room that somebody else called the same is not taken for it', async () => {
  t = await openChat({ ada: 'admin', ben: 'member' });
  const other = await t.must('ben', 'createRoom', { name: 'Administration', kind: 'private' });
  await t.chat.notifyAdmins('module_failed', failed);
  expect((await roomOf('ada'))?.id).not.toBe(other.id);
  expect((await roomOf('ben'))?.head).toBe(0);
});

test('nobody is told, and nothing made, while there are no admins', async () => {
  t = await openChat({ ben: 'member' });
  const before = t.dump();
  await t.chat.notifyAdmins('module_failed', failed);
  expect(t.dump()).toBe(before);
});
