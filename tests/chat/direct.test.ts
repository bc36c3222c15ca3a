import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openChat, refused, type TestChat } from '../support/chat.ts';

const crowd = Array.from({ length: 9 }, (_, index) => `p${index}`);
let t: TestChat;
beforeEach(async () => {
  t = await openChat({
    ann: 'member',
    ben: 'member',
    cal: 'guest',
    ...Object.fromEntries(crowd.map((name) => [name, 'member' as const])),
  });
});
afterEach(() => t.remove());

const withPeople = (...names: string[]) => ({ userIds: names.map((name) => t.id(name)) });

describe('openDirect', () => {
  test('makes one room of the caller and the others, and shows it to each of them at once', async () => {
    const room = await t.must('ann', 'openDirect', withPeople('ben', 'cal'));
    expect(room).toMatchObject({ kind: 'direct', name: '', topic: '', role: 'member', unread: 0 });
    expect(room.people).toEqual([t.id('ann'), t.id('ben'), t.id('cal')].toSorted());
    expect(t.fired().toSorted()).toEqual([
      'member_added room:direct → ann ben cal',
      'member_added room:direct → ann ben cal',
      'member_added room:direct → ann ben cal',
      'room_added user:ann → ann',
      'room_added user:ben → ben',
      'room_added user:cal → cal',
    ]);
    for (const name of ['ann', 'ben', 'cal']) expect(await t.must(name, 'listRooms', {})).toEqual([room]);
  });

  test('answers with the same room whoever opens it again, in whatever order, and sends nothing', async () => {
    const room = await t.must('ann', 'openDirect', withPeople('ben', 'p0'));
    await t.say('ben', room.id, 'hello');
    for (const [who, ...others] of [
      ['ann', 'p0', 'ben'],
      ['ann', 'ben', 'ann', 'p0', 'ben'],
      ['ben', 'ann', 'p0'],
      ['p0', 'ben', 'ann'],
    ] as const) {
      expect(await refused(t, who, 'openDirect', withPeople(...others))).toBe('allowed');
      expect(await t.must(who, 'openDirect', withPeople(...others))).toMatchObject({ id: room.id, head: 1 });
    }
  });

  test('counts as unread for each what each has not read', async () => {
    const room = await t.must('ann', 'openDirect', withPeople('ben'));
    await t.say('ann', room.id, 'hello');
    expect(await t.must('ben', 'openDirect', withPeople('ann'))).toMatchObject({ unread: 1, readPosition: 0 });
    expect(await t.must('ann', 'openDirect', withPeople('ben'))).toMatchObject({ unread: 0, readPosition: 1 });
  });

  test('is another room with another person more', async () => {
    const two = await t.must('ann', 'openDirect', withPeople('ben'));
    const three = await t.must('ann', 'openDirect', withPeople('ben', 'p0'));
    expect(three.id).not.toBe(two.id);
  });

  test('makes one room when both open it at the same time', async () => {
    const opened = await Promise.all([
      t.must('ann', 'openDirect', withPeople('ben')),
      t.must('ben', 'openDirect', withPeople('ann')),
      t.must('ann', 'openDirect', withPeople('ben')),
    ]);
    expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
    expect(t.rows('SELECT count(*) AS rooms FROM rooms')).toEqual([{ rooms: 1 }]);
    expect(t.fired().length).toBe(4);
  });

  test('with oneself alone is a place for notes', async () => {
    const room = await t.must('ann', 'openDirect', withPeople('ann'));
    expect(room.people).toEqual([t.id('ann')]);
    expect(t.fired()).toEqual(['room_added user:ann → ann', 'member_added room:direct → ann']);
    expect((await t.must('ann', 'openDirect', withPeople('ann'))).id).toBe(room.id);
  });

  test('holds eight people and no ninth', async () => {
    expect(await refused(t, 'ann', 'openDirect', withPeople(...crowd.slice(0, 8)))).toBe('422 chat.too_many_people');
    const room = await t.must('ann', 'openDirect', withPeople(...crowd.slice(0, 7), 'ann'));
    expect(room.people.length).toBe(8);
  });

  test('does not find unknown and deactivated people, also where a conversation with them is open', async () => {
    const stranger = t.ids.next('usr');
    expect(await refused(t, 'ann', 'openDirect', { userIds: [t.id('ben'), stranger] })).toBe('404 chat.user_not_found');
    await t.must('ann', 'openDirect', withPeople('ben'));
    t.deactivate('ben');
    expect(await refused(t, 'ann', 'openDirect', withPeople('ben'))).toBe('404 chat.user_not_found');
    expect(await t.must('ann', 'listRooms', {})).toHaveLength(1);
  });

  for (const [who, answer] of [
    ['cal', '403 auth.forbidden'],
    ['nobody', '401 auth.unauthenticated'],
    ['system', '403 auth.forbidden'],
  ] as const)
    test(`is refused to ${who} with ${answer}`, async () => {
      expect(await refused(t, who, 'openDirect', withPeople('ann'))).toBe(answer);
    });

  for (const input of [{}, { userIds: [] }, { userIds: ['ben'] }, { userIds: 'ben' }])
    test(`refuses ${JSON.stringify(input)}`, async () => {
      expect(await refused(t, 'ann', 'openDirect', input)).toBe('422 request.invalid');
    });
});
