import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { refused, type TestChat } from '../support/chat.ts';
import { type House, noRoom, openHouse } from '../support/chat-house.ts';

let t: TestChat;
let rooms: House['rooms'];
beforeEach(async () => {
  ({ t, rooms } = await openHouse());
});
afterEach(() => t.remove());

const inRoom = (room: keyof House['rooms'] | 'none') => ({ roomId: room === 'none' ? noRoom : rooms[room] });
const people = (roomId: string) =>
  t
    .rows<{ user_id: string }>(`SELECT user_id FROM room_members WHERE room_id = '${roomId}' ORDER BY joined_at`)
    .map(({ user_id }) => ['ann', 'ben', 'cal', 'dan', 'ada', 'gus', 'rex'].find((name) => t.id(name) === user_id))
    .toSorted();

describe('members', () => {
  for (const [who, room, answer] of [
    ['ann', 'open', 'ok'],
    ['cal', 'open', 'ok'],
    ['dan', 'open', 'ok'],
    ['rex', 'open', 'ok'],
    ['ada', 'open', 'ok'],
    ['gus', 'open', 'chat.room_not_found'],
    ['ben', 'closed', 'ok'],
    ['cal', 'closed', 'ok'],
    ['dan', 'closed', 'chat.room_not_found'],
    ['rex', 'closed', 'chat.room_not_found'],
    ['ada', 'closed', 'chat.room_not_found'],
    ['system', 'closed', 'chat.room_not_found'],
    ['ben', 'direct', 'ok'],
    ['cal', 'direct', 'chat.room_not_found'],
    ['ada', 'direct', 'chat.room_not_found'],
    ['ann', 'none', 'chat.room_not_found'],
    ['nobody', 'open', 'auth.unauthenticated'],
  ] as const)
    test(`of the ${room} room are ${answer === 'ok' ? 'shown' : `refused with ${answer}`} to ${who}`, async () => {
      const result = await t.call(who, 'members', inRoom(room));
      expect(result.ok ? 'ok' : result.error.code).toBe(answer);
      expect(t.fired()).toEqual([]);
      if (!result.ok) return;
      const names = room === 'direct' ? ['ann', 'ben'] : ['ann', 'ben', 'cal'];
      const roles = result.data.map(({ userId, role }) => `${userId} ${role}`).toSorted();
      const owner = room === 'direct' ? 'member' : 'owner';
      expect(roles).toEqual(names.map((name) => `${t.id(name)} ${name === 'ann' ? owner : 'member'}`).toSorted());
    });
});

describe('joinRoom', () => {
  for (const who of ['dan', 'ada', 'rex'])
    test(`lets ${who} into a public room, tells the room, and counts what was said before as read`, async () => {
      await t.say('ann', rooms.open, 'before');
      t.frames();
      const joined = await t.call(who, 'joinRoom', { roomId: rooms.open });
      if (!joined.ok) throw new Error(joined.error.code);
      expect(joined.data).toMatchObject({ id: rooms.open, role: 'member', head: 1, readPosition: 1, unread: 0 });
      expect(t.fired()).toEqual([
        `room_added user:${who} → ${who}`,
        `member_added room:Open → ${who === 'ada' ? 'ada ann ben cal' : `ann ben cal ${who}`}`,
      ]);
      expect(people(rooms.open)).toEqual(['ann', 'ben', 'cal', who].toSorted());
      expect(joined.journalled).toMatchObject([{ channel: `room:${rooms.open}` }]);
      expect(await t.must(who, 'listRooms', {})).toEqual([joined.data]);
    });

  test('carries the room as the new member sees it, and the member as the room sees them', async () => {
    const joined = await t.must('dan', 'joinRoom', { roomId: rooms.open });
    const [added, member] = t.frames();
    expect(added?.payload).toEqual(joined);
    expect(member?.payload).toEqual({
      roomId: rooms.open,
      userId: t.id('dan'),
      role: 'member',
      joinedAt: t.clock.now(),
    });
  });

  for (const [who, room] of [
    ['ben', 'open'],
    ['cal', 'open'],
    ['cal', 'closed'],
    ['ben', 'direct'],
  ] as const)
    test(`answers ${who}, who is in the ${room} room already, and changes and sends nothing`, async () => {
      expect(await refused(t, who, 'joinRoom', inRoom(room))).toBe('allowed');
      expect(await t.must(who, 'joinRoom', inRoom(room))).toMatchObject({ id: rooms[room], role: 'member' });
    });

  for (const [who, room, answer] of [
    ['gus', 'open', '404 chat.room_not_found'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['ada', 'closed', '404 chat.room_not_found'],
    ['rex', 'closed', '404 chat.room_not_found'],
    ['dan', 'direct', '404 chat.room_not_found'],
    ['dan', 'none', '404 chat.room_not_found'],
    ['system', 'open', '403 auth.forbidden'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} the ${room} room with ${answer}`, async () => {
      expect(await refused(t, who, 'joinRoom', inRoom(room))).toBe(answer);
    });

  test('enters once when asked twice at the same time', async () => {
    const both = await Promise.all([
      t.call('dan', 'joinRoom', { roomId: rooms.open }),
      t.call('dan', 'joinRoom', { roomId: rooms.open }),
    ]);
    expect(both.map(({ ok }) => ok)).toEqual([true, true]);
    expect(t.fired()).toEqual(['room_added user:dan → dan', 'member_added room:Open → ann ben cal dan']);
    expect(t.rows(`SELECT members FROM rooms WHERE id = '${rooms.open}'`)).toEqual([{ members: 4 }]);
  });
});

describe('addMember', () => {
  for (const [who, room, whom] of [
    ['ann', 'open', 'dan'],
    ['ben', 'open', 'gus'],
    ['cal', 'open', 'dan'],
    ['ann', 'closed', 'gus'],
    ['ann', 'closed', 'rex'],
  ] as const)
    test(`lets ${who} add ${whom} to the ${room} room, whom it is shown to at once`, async () => {
      const member = await t.must(who, 'addMember', { ...inRoom(room), userId: t.id(whom) });
      expect(member).toEqual({ userId: t.id(whom), role: 'member', joinedAt: t.clock.now() });
      const name = room === 'open' ? 'Open' : 'Closed';
      expect(t.fired()).toEqual([
        `room_added user:${whom} → ${whom}`,
        `member_added room:${name} → ${['ann', 'ben', 'cal', whom].join(' ')}`,
      ]);
      expect(people(rooms[room])).toEqual(['ann', 'ben', 'cal', whom]);
      expect(await t.must(whom, 'listRooms', {})).toMatchObject([{ id: rooms[room], role: 'member' }]);
    });

  for (const [who, room, whom, answer] of [
    ['ben', 'closed', 'dan', '403 chat.not_room_owner'],
    ['cal', 'closed', 'dan', '403 chat.not_room_owner'],
    ['dan', 'open', 'dan', '403 auth.forbidden'],
    ['ada', 'open', 'dan', '403 auth.forbidden'],
    ['system', 'open', 'dan', '403 auth.forbidden'],
    ['gus', 'open', 'dan', '404 chat.room_not_found'],
    ['dan', 'closed', 'dan', '404 chat.room_not_found'],
    ['ada', 'closed', 'dan', '404 chat.room_not_found'],
    ['rex', 'closed', 'rex', '404 chat.room_not_found'],
    ['ann', 'direct', 'dan', '409 chat.direct_room_fixed'],
    ['dan', 'direct', 'dan', '404 chat.room_not_found'],
    ['ann', 'none', 'dan', '404 chat.room_not_found'],
    ['nobody', 'open', 'dan', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} to add ${whom} to the ${room} room with ${answer}`, async () => {
      expect(await refused(t, who, 'addMember', { ...inRoom(room), userId: t.id(whom) })).toBe(answer);
    });

  test('does not find unknown and deactivated people', async () => {
    const userId = t.ids.next('usr');
    expect(await refused(t, 'ann', 'addMember', { roomId: rooms.open, userId })).toBe('404 chat.user_not_found');
    t.deactivate('dan');
    expect(await refused(t, 'ann', 'addMember', { roomId: rooms.open, userId: t.id('dan') })).toBe(
      '404 chat.user_not_found',
    );
  });

  test('changes and sends nothing for somebody who is in the room', async () => {
    expect(await refused(t, 'ben', 'addMember', { roomId: rooms.open, userId: t.id('ann') })).toBe('allowed');
    const member = await t.must('ben', 'addMember', { roomId: rooms.open, userId: t.id('ann') });
    expect(member.role).toBe('owner');
  });

  test('enters once when two people add the same person at the same time', async () => {
    const input = { roomId: rooms.open, userId: t.id('dan') };
    await Promise.all([t.must('ann', 'addMember', input), t.must('ben', 'addMember', input)]);
    expect(t.fired()).toEqual(['room_added user:dan → dan', 'member_added room:Open → ann ben cal dan']);
  });
});

describe('leaveRoom', () => {
  for (const [who, room, name, left] of [
    ['ben', 'open', 'Open', ['ann', 'cal']],
    ['cal', 'closed', 'Closed', ['ann', 'ben']],
  ] as const)
    test(`lets ${who} out of the ${room} room, who hears nothing of it but that`, async () => {
      const out = await t.call(who, 'leaveRoom', inRoom(room));
      expect(out).toMatchObject({ ok: true, data: {}, journalled: [{ channel: `room:${rooms[room]}` }] });
      expect(t.fired()).toEqual([
        `member_removed room:${name} → ${left.join(' ')}`,
        `room_removed user:${who} → ${who}`,
      ]);
      expect(people(rooms[room])).toEqual([...left]);
      await t.say('ann', rooms[room], 'after');
      expect(t.fired()).toEqual([`chat_message room:${name} → ${left.join(' ')}`]);
    });

  for (const [who, room, answer] of [
    ['ann', 'open', '409 chat.last_owner'],
    ['ann', 'closed', '409 chat.last_owner'],
    ['ann', 'direct', '409 chat.direct_room_fixed'],
    ['dan', 'open', '403 auth.forbidden'],
    ['rex', 'open', '403 auth.forbidden'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['ann', 'none', '404 chat.room_not_found'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} to leave the ${room} room with ${answer}`, async () => {
      expect(await refused(t, who, 'leaveRoom', inRoom(room))).toBe(answer);
    });

  test('lets an owner go while another owner stays', async () => {
    t.change(`UPDATE room_members SET role = 'owner' WHERE room_id = '${rooms.open}' AND user_id = '${t.id('ben')}'`);
    await t.must('ann', 'leaveRoom', { roomId: rooms.open });
    expect(await refused(t, 'ben', 'leaveRoom', { roomId: rooms.open })).toBe('409 chat.last_owner');
  });

  test('of a private room by its last person archives it: nobody finds it again', async () => {
    for (const name of ['ben', 'cal']) await t.must(name, 'leaveRoom', { roomId: rooms.closed });
    await t.must('ann', 'leaveRoom', { roomId: rooms.closed });
    expect(t.rows(`SELECT archived_at, members FROM rooms WHERE id = '${rooms.closed}'`)).toEqual([
      { archived_at: t.clock.now(), members: 0 },
    ]);
    expect(await refused(t, 'ann', 'history', { roomId: rooms.closed })).toBe('404 chat.room_not_found');
    expect((await t.must('ann', 'listRooms', {})).map(({ id }) => id)).not.toContain(rooms.closed);
  });

  test('of a public room by its last person leaves it open, and who comes next owns it', async () => {
    for (const name of ['ben', 'cal', 'ann']) await t.must(name, 'leaveRoom', { roomId: rooms.open });
    expect(await t.must('dan', 'browseRooms', {})).toMatchObject([{ id: rooms.open, members: 0 }]);
    expect(await t.must('dan', 'joinRoom', { roomId: rooms.open })).toMatchObject({ role: 'owner' });
    expect(await t.must('ann', 'joinRoom', { roomId: rooms.open })).toMatchObject({ role: 'member' });
  });

  test('leaves an owner behind when owner and member leave at the same time', async () => {
    await t.must('ben', 'leaveRoom', { roomId: rooms.closed });
    const [owner, member] = await Promise.all([
      t.call('ann', 'leaveRoom', { roomId: rooms.closed }),
      t.call('cal', 'leaveRoom', { roomId: rooms.closed }),
    ]);
    expect([owner.ok, member.ok]).toEqual([false, true]);
    expect(people(rooms.closed)).toEqual(['ann']);
  });
});

describe('removeMember', () => {
  for (const room of ['open', 'closed'] as const)
    test(`lets the owner remove somebody from the ${room} room, who receives nothing further of it`, async () => {
      await t.must('ann', 'removeMember', { ...inRoom(room), userId: t.id('ben') });
      const name = room === 'open' ? 'Open' : 'Closed';
      expect(t.fired()).toEqual([`member_removed room:${name} → ann cal`, 'room_removed user:ben → ben']);
      expect(people(rooms[room])).toEqual(['ann', 'cal']);
      await t.say('ann', rooms[room], 'after');
      expect(t.fired()).toEqual([`chat_message room:${name} → ann cal`]);
      expect((await t.must('ben', 'listRooms', {})).map(({ id }) => id)).not.toContain(rooms[room]);
    });

  for (const [who, room, whom, answer] of [
    ['ben', 'open', 'cal', '403 chat.not_room_owner'],
    ['ben', 'open', 'ben', '403 chat.not_room_owner'],
    ['cal', 'closed', 'ann', '403 chat.not_room_owner'],
    ['dan', 'open', 'ben', '403 auth.forbidden'],
    ['ada', 'open', 'ben', '403 auth.forbidden'],
    ['gus', 'open', 'ben', '404 chat.room_not_found'],
    ['ada', 'closed', 'ben', '404 chat.room_not_found'],
    ['rex', 'closed', 'ben', '404 chat.room_not_found'],
    ['ann', 'open', 'dan', '404 chat.member_not_found'],
    ['ann', 'closed', 'rex', '404 chat.member_not_found'],
    ['ann', 'open', 'ann', '409 chat.last_owner'],
    ['ann', 'direct', 'ben', '409 chat.direct_room_fixed'],
    ['ann', 'none', 'ben', '404 chat.room_not_found'],
    ['nobody', 'open', 'ben', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} to remove ${whom} from the ${room} room with ${answer}`, async () => {
      expect(await refused(t, who, 'removeMember', { ...inRoom(room), userId: t.id(whom) })).toBe(answer);
    });

  test('keeps the removed person out of what was sent in the same commit', async () => {
    await Promise.all([
      t.must('ann', 'removeMember', { roomId: rooms.closed, userId: t.id('ben') }),
      t.say('cal', rooms.closed, 'right after'),
    ]);
    expect(t.fired()).toEqual([
      'member_removed room:Closed → ann cal',
      'room_removed user:ben → ben',
      'chat_message room:Closed → ann cal',
    ]);
  });
});

test('the count of each room is the number of its people, whatever was done', async () => {
  const moves = ['dan', 'ada', 'rex'].flatMap((name) => [
    t.call(name, 'joinRoom', { roomId: rooms.open }),
    t.call(name, 'leaveRoom', { roomId: rooms.open }),
    t.call('ann', 'addMember', { roomId: rooms.closed, userId: t.id(name) }),
    t.call('ann', 'removeMember', { roomId: rooms.closed, userId: t.id(name) }),
    t.call('ben', 'addMember', { roomId: rooms.open, userId: t.id(name) }),
  ]);
  await Promise.all(moves);
  const wrong = t.rows(
    'SELECT id FROM rooms WHERE members <> (SELECT count(*) FROM room_members WHERE room_id = rooms.id)',
  );
  expect(wrong).toEqual([]);
  expect(t.log).toEqual([]);
});
