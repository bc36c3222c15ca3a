import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { openChat, refused, type TestChat } from '../support/chat.ts';

let t: TestChat;
beforeEach(async () => {
  t = await openChat({ ann: 'member', ben: 'member', cal: 'guest', ada: 'admin' });
});
afterEach(() => t.remove());

describe('createRoom', () => {
  test('makes a public room with its creator as owner, and tells the creator, the room and the team', async () => {
    const room = await t.must('ann', 'createRoom', { name: 'Kitchen', kind: 'public', topic: 'Food' });
    expect(room).toEqual({
      id: room.id,
      kind: 'public',
      name: 'Kitchen',
      topic: 'Food',
      createdAt: t.clock.now(),
      role: 'owner',
      unread: 0,
      head: 0,
      readPosition: 0,
      people: [],
    });
    expect(t.fired()).toEqual([
      'room_added user:ann → ann',
      'member_added room:Kitchen → ann',
      'room_created global → ada ann ben cal',
    ]);
    expect(t.rows('SELECT user_id, role, read_position FROM room_members')).toEqual([
      { user_id: t.id('ann'), role: 'owner', read_position: 0 },
    ]);
    expect(await t.must('ann', 'listRooms', {})).toEqual([room]);
  });

  test('tells nobody but its creator of a private room', async () => {
    const room = await t.must('ann', 'createRoom', { name: 'Cellar', kind: 'private' });
    expect(room).toMatchObject({ kind: 'private', topic: '', role: 'owner' });
    expect(t.fired()).toEqual(['room_added user:ann → ann', 'member_added room:Cellar → ann']);
  });

  test('acknowledges with the cursor of the event in the room', async () => {
    const made = await t.call('ann', 'createRoom', { name: 'Cellar', kind: 'private' });
    if (!made.ok) throw new Error(made.error.code);
    expect(made.journalled).toMatchObject([{ channel: `room:${made.data.id}`, offset: 1 }]);
  });

  for (const [who, input, answer] of [
    ['cal', { name: 'Kitchen', kind: 'public' }, '403 auth.forbidden'],
    ['cal', { name: 'Kitchen', kind: 'private' }, '403 auth.forbidden'],
    ['nobody', { name: 'Kitchen', kind: 'public' }, '401 auth.unauthenticated'],
    ['system', { name: 'Kitchen', kind: 'public' }, '403 auth.forbidden'],
    ['ann', { name: 'Kitchen', kind: 'direct' }, '422 request.invalid'],
    ['ann', { name: '  ', kind: 'public' }, '422 request.invalid'],
    ['ann', { name: 'a\nb', kind: 'public' }, '422 request.invalid'],
    ['ann', { name: 'x'.repeat(81), kind: 'public' }, '422 request.invalid'],
    ['ann', { name: 'Kitchen', kind: 'public', topic: 'x'.repeat(251) }, '422 request.invalid'],
    ['ann', { name: 'Kitchen', kind: 'public', head: 7 }, '422 request.invalid'],
  ] as const)
    test(`is refused to ${who} with ${JSON.stringify(input).slice(0, 60)}, storing and sending nothing`, async () => {
      expect(await refused(t, who, 'createRoom', input)).toBe(answer);
    });
});

describe('listRooms', () => {
  test('lists only the rooms the caller is in, the most recently active first', async () => {
    const first = await t.must('ann', 'createRoom', { name: 'First', kind: 'public' });
    const second = await t.must('ann', 'createRoom', { name: 'Second', kind: 'private' });
    await t.must('ben', 'createRoom', { name: 'Elsewhere', kind: 'public' });
    const names = async () => (await t.must('ann', 'listRooms', {})).map(({ name }) => name);
    expect(await names()).toEqual(['Second', 'First']);
    await t.say('ann', first.id, 'hello');
    expect(await names()).toEqual(['First', 'Second']);
    await t.say('ann', second.id, 'hello');
    expect(await names()).toEqual(['Second', 'First']);
    expect(await t.must('cal', 'listRooms', {})).toEqual([]);
    expect(await t.must('system', 'listRooms', {})).toEqual([]);
  });

  test('keeps the order of activity when the clock jumps back', async () => {
    const first = await t.must('ann', 'createRoom', { name: 'First', kind: 'public' });
    await t.must('ann', 'createRoom', { name: 'Second', kind: 'public' });
    t.clock.now = () => 1;
    await t.say('ann', first.id, 'from the past');
    expect((await t.must('ann', 'listRooms', {})).map(({ name }) => name)).toEqual(['First', 'Second']);
  });

  test('is refused to strangers', async () => {
    expect(await refused(t, 'nobody', 'listRooms', {})).toBe('401 auth.unauthenticated');
  });
});

describe('browseRooms', () => {
  test('shows the public rooms the caller is not in, with how many people are there', async () => {
    const open = await t.must('ann', 'createRoom', { name: 'Open', kind: 'public', topic: 'All' });
    await t.must('ann', 'addMember', { roomId: open.id, userId: t.id('ada') });
    await t.must('ann', 'createRoom', { name: 'Closed', kind: 'private' });
    await t.must('ann', 'openDirect', { userIds: [t.id('ada')] });
    expect(await t.must('ben', 'browseRooms', {})).toEqual([
      { id: open.id, name: 'Open', topic: 'All', members: 2, createdAt: open.createdAt },
    ]);
    expect(await t.must('ann', 'browseRooms', {})).toEqual([]);
    await t.must('ben', 'joinRoom', { roomId: open.id });
    expect(await t.must('ben', 'browseRooms', {})).toEqual([]);
    await t.must('ben', 'leaveRoom', { roomId: open.id });
    expect(await t.must('ben', 'browseRooms', {})).toMatchObject([{ name: 'Open', members: 2 }]);
  });

  test('is refused to guests and strangers', async () => {
    expect(await refused(t, 'cal', 'browseRooms', {})).toBe('403 auth.forbidden');
    expect(await refused(t, 'nobody', 'browseRooms', {})).toBe('401 auth.unauthenticated');
  });
});

describe('the default room', () => {
  test('is made with the team and owned by its founder', async () => {
    await t.write((tx) => t.chat.found(tx, t.id('ann'), 'General'));
    expect(t.fired()).toEqual([
      'room_added user:ann → ann',
      'member_added room:General → ann',
      'room_created global → ada ann ben cal',
    ]);
    expect(await t.must('ann', 'listRooms', {})).toMatchObject([{ name: 'General', kind: 'public', role: 'owner' }]);
  });

  test('takes in a new member with everything before them read, and tells the people in it', async () => {
    await t.write((tx) => t.chat.found(tx, t.id('ann'), 'General'));
    const [room] = await t.must('ann', 'listRooms', {});
    if (!room) throw new Error('no default room');
    await t.say('ann', room.id, 'one');
    t.fired();
    await t.write((tx) => t.chat.welcome(tx, { id: t.id('ben'), role: 'member' }));
    expect(t.fired()).toEqual(['room_added user:ben → ben', 'member_added room:General → ann ben']);
    expect(await t.must('ben', 'listRooms', {})).toMatchObject([
      { name: 'General', role: 'member', unread: 0, head: 1, readPosition: 1 },
    ]);
  });

  test('takes in nobody twice, no guest, and nobody before it exists', async () => {
    await t.write((tx) => t.chat.welcome(tx, { id: t.id('ben'), role: 'member' }));
    expect(t.fired()).toEqual([]);
    await t.write((tx) => t.chat.found(tx, t.id('ann'), 'General'));
    await t.write((tx) => t.chat.welcome(tx, { id: t.id('ada'), role: 'admin' }));
    t.fired();
    const before = t.dump();
    await t.write((tx) => t.chat.welcome(tx, { id: t.id('cal'), role: 'guest' }));
    await t.write((tx) => t.chat.welcome(tx, { id: t.id('ada'), role: 'admin' }));
    expect(t.fired()).toEqual([]);
    expect(t.dump()).toBe(before);
  });

  test('keeps nobody whose account was rolled back', async () => {
    await t.write((tx) => t.chat.found(tx, t.id('ann'), 'General'));
    t.fired();
    const before = t.dump();
    const failing = t.write(async (tx) => {
      await t.chat.welcome(tx, { id: t.id('ben'), role: 'member' });
      throw new Error('the account could not be stored');
    });
    await expect(failing).rejects.toThrow('could not be stored');
    expect(t.fired()).toEqual([]);
    expect(t.dump()).toBe(before);
  });
});
