import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { refused, type TestChat } from '../support/chat.ts';
import { type House, noRoom, openHouse } from '../support/chat-house.ts';

let t: TestChat;
let rooms: House['rooms'];
beforeEach(async () => {
  ({ t, rooms } = await openHouse());
  for (let count = 0; count < 5; count++) await t.say('ann', rooms.open, 'hello');
  t.frames();
});
afterEach(() => t.remove());

const read = (name: string, position: number) => t.must(name, 'markRead', { roomId: rooms.open, position });

describe('markRead', () => {
  test('moves the caller’s position on all their devices and tells nobody else', async () => {
    const moved = await t.call('ben', 'markRead', { roomId: rooms.open, position: 3 });
    expect(moved).toMatchObject({ ok: true, data: { position: 3, unread: 2 } });
    expect(moved.journalled).toMatchObject([{ channel: `user:${t.id('ben')}` }]);
    expect(t.hub.frames.map(({ payload }) => payload)).toEqual([{ roomId: rooms.open, position: 3 }]);
    expect(t.fired()).toEqual(['read_moved user:ben → ben']);
    const rows = t.rows<{ user_id: string; read_position: number }>(
      `SELECT user_id, read_position FROM room_members WHERE room_id = '${rooms.open}'`,
    );
    expect(Object.fromEntries(rows.map(({ user_id, read_position }) => [user_id, read_position]))).toEqual({
      [t.id('ann')]: 5,
      [t.id('ben')]: 3,
      [t.id('cal')]: 0,
    });
  });

  test('goes at most to the last message', async () => {
    expect(await read('ben', 1_000_000)).toEqual({ position: 5, unread: 0 });
    await t.say('ann', rooms.open, 'one more');
    expect((await t.must('ben', 'listRooms', {})).find(({ id }) => id === rooms.open)).toMatchObject({ unread: 1 });
  });

  test('never goes back, and sends nothing where nothing moved', async () => {
    await read('ben', 4);
    for (const position of [4, 3, 0])
      expect(await refused(t, 'ben', 'markRead', { roomId: rooms.open, position })).toBe('allowed');
    expect(await read('ben', 2)).toEqual({ position: 4, unread: 1 });
  });

  test('ends at the furthest when several devices read at the same time', async () => {
    await Promise.all([read('ben', 4), read('ben', 2), read('ben', 5), read('ben', 3)]);
    expect(await read('ben', 0)).toEqual({ position: 5, unread: 0 });
    expect(t.fired()).toEqual(['read_moved user:ben → ben', 'read_moved user:ben → ben']);
  });

  for (const [who, room, answer] of [
    ['dan', 'open', '403 auth.forbidden'],
    ['rex', 'open', '403 auth.forbidden'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['ann', 'none', '404 chat.room_not_found'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} in the ${room} room with ${answer}`, async () => {
      const roomId = room === 'none' ? noRoom : rooms[room];
      expect(await refused(t, who, 'markRead', { roomId, position: 1 })).toBe(answer);
    });

  for (const position of [-1, 1.5, '3', null, Number.MAX_SAFE_INTEGER + 2])
    test(`refuses the position ${position}`, async () => {
      expect(await refused(t, 'ben', 'markRead', { roomId: rooms.open, position })).toBe('422 request.invalid');
    });
});
