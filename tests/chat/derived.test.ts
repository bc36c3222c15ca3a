import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createChat } from '../../server/chat/chat.ts';
import type { TestChat } from '../support/chat.ts';
import { type House, openHouse } from '../support/chat-house.ts';
import { RecordingHub } from '../support/recording-hub.ts';

let t: TestChat;
let rooms: House['rooms'];
beforeEach(async () => {
  ({ t, rooms } = await openHouse());
});
afterEach(() => t.remove());

/** What ann is told of the open room, wherever it is told. */
async function told() {
  const history = async (input: { limit?: number; around?: number } = {}) =>
    (await t.must('ann', 'history', { roomId: rooms.open, ...input })).items.map(({ body, position }) => [
      position,
      body.kind === 'text' ? body.text : '',
    ]);
  const welcome = (await t.chat.module.welcome?.(t.identity('ann'))) as { rooms: unknown[] };
  return {
    rooms: await t.must('ann', 'listRooms', {}),
    welcome: welcome.rooms,
    all: await history(),
    last: await history({ limit: 2 }),
    around: await history({ limit: 3, around: 3 }),
    stranger: (await t.must('dan', 'history', { roomId: rooms.open, limit: 1 })).items,
  };
}

test('what is told of a room is the same before and after it is stored behind its messages', async () => {
  await t.say('ben', rooms.open, 'one');
  await t.say('ann', rooms.open, 'two');
  await t.hub.journal.settled();
  await t.say('cal', rooms.closed, 'elsewhere');
  await t.say('ann', rooms.open, 'three');
  await t.say('ben', rooms.open, 'four');
  const before = await told();
  expect(before.rooms.slice(0, 2)).toMatchObject([
    { id: rooms.open, head: 4, readPosition: 3, unread: 1 },
    { id: rooms.closed, head: 1, readPosition: 0, unread: 1 },
  ]);
  expect(before.welcome).toMatchObject([{ lastMessage: { position: 4 } }, { lastMessage: { position: 1 } }, {}]);
  expect(before.last).toEqual([
    [3, 'three'],
    [4, 'four'],
  ]);
  await t.hub.journal.settled();
  expect(await told()).toEqual(before);
});

test('writes that depend on heads and read positions see what was posted just before them', async () => {
  const [, read, joined] = await Promise.all([
    t.say('ann', rooms.open, 'one'),
    t.must('ann', 'markRead', { roomId: rooms.open, position: 0 }),
    t.must('dan', 'joinRoom', { roomId: rooms.open }),
  ]);
  expect(read).toEqual({ position: 1, unread: 0 });
  expect(joined).toMatchObject({ head: 1, readPosition: 1, unread: 0 });
});

test('a server that was killed stores at its start what was missing', async () => {
  await t.say('ann', rooms.open, 'one');
  await t.say('ben', rooms.open, 'two');
  const heads = `SELECT head, activity FROM rooms WHERE id = '${rooms.open}'`;
  expect(t.rows(heads)).not.toEqual([{ head: 2, activity: t.hub.journal.seq }]);
  const hub = await RecordingHub.open(t.db, t.clock, t.ids, (error) => void t.failures.push(error));
  const again = createChat({ ...t, hub, people: { active: () => [], admins: () => [] }, failed: () => {} });
  await again.module.start?.();
  expect(t.rows(heads)).toEqual([{ head: 2, activity: hub.journal.seq }]);
  expect(
    t.rows(`SELECT user_id AS who, read_position AS position FROM room_members
      WHERE room_id = '${rooms.open}' AND read_position > 0 ORDER BY 2`),
  ).toEqual([
    { who: t.id('ann'), position: 1 },
    { who: t.id('ben'), position: 2 },
  ]);
  expect(t.rows(`SELECT position FROM message_places WHERE room_id = '${rooms.open}'`)).toHaveLength(2);
  expect(t.failures).toEqual([]);
});
