import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { refused, type TestChat } from '../support/chat.ts';
import { type House, openHouse } from '../support/chat-house.ts';

let t: TestChat;
let rooms: House['rooms'];
beforeEach(async () => {
  ({ t, rooms } = await openHouse());
});
afterEach(() => t.remove());

const types = async (name: string, typing = true, room: keyof House['rooms'] = 'open') => {
  await t.must(name, 'setTyping', { roomId: rooms[room], typing });
  return t.fired();
};

describe('setTyping', () => {
  test('tells the others in the room, and stores nothing', async () => {
    const before = t.dump();
    await t.must('ben', 'setTyping', { roomId: rooms.open, typing: true });
    expect(t.hub.frames.map(({ payload, offset }) => ({ payload, offset }))).toEqual([
      { payload: { roomId: rooms.open, userId: t.id('ben'), typing: true }, offset: undefined },
    ]);
    expect(t.fired()).toEqual(['user_typing room:Open → ann cal']);
    expect(t.dump()).toBe(before);
  });

  test('is passed on at most every two seconds for each person and room', async () => {
    expect(await types('ben')).toHaveLength(1);
    t.clock.advance(1_999);
    expect(await types('ben')).toEqual([]);
    expect(await types('cal')).toHaveLength(1);
    expect(await types('ben', true, 'closed')).toHaveLength(1);
    t.clock.advance(1);
    expect(await types('ben')).toHaveLength(1);
  });

  test('passes on at once that somebody stopped, but only of who was said to type', async () => {
    expect(await types('ben', false)).toEqual([]);
    await types('ben');
    expect(await types('ben', false)).toEqual(['user_typing room:Open → ann cal']);
    expect(await types('ben', false)).toEqual([]);
  });

  test('cannot be made to flicker', async () => {
    const fired = [];
    for (let count = 0; count < 50; count++) fired.push(...(await types('ben')), ...(await types('ben', false)));
    expect(fired).toHaveLength(2);
    t.clock.advance(2_000);
    expect(await types('ben')).toHaveLength(1);
  });

  test('says nothing of a stop that the others have long assumed', async () => {
    await types('ben');
    t.clock.advance(8_000);
    expect(await types('ben', false)).toEqual([]);
  });

  for (const [who, room, answer] of [
    ['dan', 'open', '403 auth.forbidden'],
    ['rex', 'open', '403 auth.forbidden'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['rex', 'closed', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`is refused to ${who} in the ${room} room with ${answer}`, async () => {
      expect(await refused(t, who, 'setTyping', { roomId: rooms[room], typing: true })).toBe(answer);
    });

  test('ends with membership', async () => {
    await types('ben');
    await t.must('ann', 'removeMember', { roomId: rooms.open, userId: t.id('ben') });
    expect(await refused(t, 'ben', 'setTyping', { roomId: rooms.open, typing: false })).toBe('403 auth.forbidden');
  });
});
