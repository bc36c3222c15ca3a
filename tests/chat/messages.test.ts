import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Message } from '@shared/chat/schema.ts';
import { refused, type TestChat } from '../support/chat.ts';
import { type House, noRoom, openHouse } from '../support/chat-house.ts';

let t: TestChat;
let rooms: House['rooms'];
beforeEach(async () => {
  ({ t, rooms } = await openHouse());
});
afterEach(() => t.remove());

const readers = { open: 'ann ben cal', closed: 'ann ben cal', direct: 'ann ben' };
const names = { open: 'Open', closed: 'Closed', direct: 'direct' };

describe('postMessage', () => {
  for (const [who, room] of [
    ['ann', 'open'],
    ['cal', 'open'],
    ['ben', 'closed'],
    ['cal', 'closed'],
    ['ben', 'direct'],
  ] as const)
    test(`lets ${who} write in the ${room} room, and everybody in it receives it and nobody else`, async () => {
      const sent = await t.call(who, 'postMessage', { roomId: rooms[room], clientId: 'c-1', text: ' Hello ' });
      if (!sent.ok) throw new Error(sent.error.code);
      expect(sent.data).toEqual({
        id: sent.data.id,
        roomId: rooms[room],
        clientId: 'c-1',
        author: { kind: 'user', id: t.id(who) },
        position: 1,
        body: { kind: 'text', text: 'Hello' },
        attachments: [],
        replyTo: null,
        threadId: null,
        createdAt: t.clock.now(),
        editedAt: null,
        deletedAt: null,
      });
      const [frame, ...others] = t.hub.frames;
      expect(others).toEqual([]);
      expect(Message.parse(frame?.payload)).toEqual(sent.data);
      expect(sent.journalled).toEqual([
        {
          channel: `room:${rooms[room]}`,
          offset: frame?.offset ?? 0,
          seq: t.hub.journal.seq,
          epoch: t.hub.journal.epoch,
        },
      ]);
      expect(t.fired()).toEqual([`chat_message room:${names[room]} → ${readers[room]}`]);
    });

  for (const [who, room, answer] of [
    ['dan', 'open', '403 auth.forbidden'],
    ['ada', 'open', '403 auth.forbidden'],
    ['rex', 'open', '403 auth.forbidden'],
    ['system', 'open', '403 auth.forbidden'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['rex', 'closed', '404 chat.room_not_found'],
    ['ada', 'closed', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`refuses ${who} in the ${room} room with ${answer}`, async () => {
      const input = { roomId: rooms[room], clientId: 'c-1', text: 'Hello' };
      expect(await refused(t, who, 'postMessage', input)).toBe(answer);
    });

  test('does not find a room that no room is', async () => {
    const input = { roomId: noRoom, clientId: 'c-1', text: 'Hello' };
    expect(await refused(t, 'ann', 'postMessage', input)).toBe('404 chat.room_not_found');
  });

  test('writes one row, moves the head and the author’s own read position, and nobody else’s', async () => {
    await t.say('ann', rooms.open, 'one');
    await t.say('ben', rooms.open, 'two');
    await t.say('ann', rooms.open, 'three');
    const unread = async (name: string) =>
      (await t.must(name, 'listRooms', {})).find(({ id }) => id === rooms.open)?.unread;
    expect([await unread('ann'), await unread('ben'), await unread('cal')]).toEqual([0, 1, 3]);
    expect(t.rows('SELECT count(*) AS messages FROM messages')).toEqual([{ messages: 3 }]);
  });

  test('counts positions without holes in each room by itself, however many write at the same time', async () => {
    const say = (name: string, room: keyof House['rooms']) => t.say(name, rooms[room], 'hello');
    await Promise.all([
      ...Array.from({ length: 20 }, () => say('ann', 'open')),
      ...Array.from({ length: 20 }, () => say('ben', 'open')),
      ...Array.from({ length: 20 }, () => say('cal', 'closed')),
      ...Array.from({ length: 5 }, () =>
        t.call('dan', 'postMessage', { roomId: rooms.open, clientId: 'x', text: 'x' }),
      ),
    ]);
    const positions = (room: keyof House['rooms']) =>
      t
        .rows<{ position: number }>(`SELECT position FROM messages WHERE room_id = '${rooms[room]}' ORDER BY seq`)
        .map(({ position }) => position);
    expect(positions('open')).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(positions('closed')).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await t.hub.journal.settled();
    expect(t.rows(`SELECT head FROM rooms WHERE id IN ('${rooms.open}', '${rooms.closed}') ORDER BY head`)).toEqual([
      { head: 20 },
      { head: 40 },
    ]);
  });
});

describe('a client id', () => {
  test('sent again stores and sends nothing, and gets the first message and its cursor again [X1]', async () => {
    const input = { roomId: rooms.open, clientId: 'c-1', text: 'Hello' };
    const first = await t.call('ann', 'postMessage', input);
    await t.say('ben', rooms.open, 'in between');
    t.clock.advance(60_000);
    expect(await refused(t, 'ann', 'postMessage', input)).toBe('allowed');
    expect(await t.call('ann', 'postMessage', input)).toEqual(first);
  });

  test('sent twice at the same time stores once [X1]', async () => {
    const input = { roomId: rooms.open, clientId: 'c-1', text: 'Hello' };
    const [one, two] = await Promise.all([t.call('ann', 'postMessage', input), t.call('ann', 'postMessage', input)]);
    expect(one.ok).toBe(true);
    expect(two).toEqual(one);
    expect(t.fired()).toEqual(['chat_message room:Open → ann ben cal']);
  });

  test('is each author’s own', async () => {
    const input = { roomId: rooms.open, clientId: 'c-1', text: 'Hello' };
    const ann = await t.must('ann', 'postMessage', input);
    const ben = await t.must('ben', 'postMessage', input);
    expect(ben.id).not.toBe(ann.id);
    expect(ben.position).toBe(2);
  });

  test('is refused for another text, room, answer or thread [X1]', async () => {
    const first = await t.must('ann', 'postMessage', { roomId: rooms.open, clientId: 'c-1', text: 'Hello' });
    for (const other of [
      { roomId: rooms.open, clientId: 'c-1', text: 'Goodbye' },
      { roomId: rooms.closed, clientId: 'c-1', text: 'Hello' },
      { roomId: rooms.open, clientId: 'c-1', text: 'Hello', replyTo: first.id },
      { roomId: rooms.open, clientId: 'c-1', text: 'Hello', threadId: first.id },
    ])
      expect(await refused(t, 'ann', 'postMessage', other)).toBe('409 chat.client_id_reused');
  });

  test('gives nothing away to who was removed meanwhile', async () => {
    const input = { roomId: rooms.closed, clientId: 'c-1', text: 'Hello' };
    await t.must('ben', 'postMessage', input);
    await t.must('ann', 'removeMember', { roomId: rooms.closed, userId: t.id('ben') });
    expect(await refused(t, 'ben', 'postMessage', input)).toBe('404 chat.room_not_found');
  });
});

describe('an answer', () => {
  test('names a message of the same room', async () => {
    const first = await t.say('ben', rooms.open, 'first');
    const answer = { roomId: rooms.open, clientId: 'c-2', text: 'answer', replyTo: first.id, threadId: first.id };
    expect(await t.must('ann', 'postMessage', answer)).toMatchObject({ replyTo: first.id, threadId: first.id });
    const page = await t.must('ann', 'history', { roomId: rooms.open });
    expect(page.items[1]).toMatchObject({ replyTo: first.id, threadId: first.id });
  });

  for (const field of ['replyTo', 'threadId'] as const)
    test(`whose ${field} is of another room or of none is refused`, async () => {
      const elsewhere = await t.say('ann', rooms.closed, 'elsewhere');
      for (const id of [elsewhere.id, t.ids.next('msg')]) {
        const input = { roomId: rooms.open, clientId: 'c-1', text: 'answer', [field]: id };
        expect(await refused(t, 'ann', 'postMessage', input)).toBe('404 chat.message_not_found');
      }
    });
});

describe('the text', () => {
  for (const [what, text] of [
    ['right-to-left with marks', 'שלום \u202eabc\u202c مرحبا'],
    ['emoji of several code points', '👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪'],
    ['combining marks', 'Z̸̢̛̟͚a̷l̴g̵o̶'],
    ['markup', '<script>alert(1)</script> [x](javascript:alert(1))'],
    ['SQL', `'); DROP TABLE messages; --`],
    ['JSON and separators', '{"a":"\\u0000"}\u2028\u2029\r\n\t"'],
    ['placeholders', ':roomId $1 ? @x #{y}'],
    ['10,000 code points of four bytes', '🦊'.repeat(10_000)],
    ['prototype names', '__proto__'],
  ] as const)
    test(`is kept exactly: ${what}`, async () => {
      const sent = await t.say('ann', rooms.open, text);
      expect(sent.body).toEqual({ kind: 'text', text });
      const page = await t.must('ben', 'history', { roomId: rooms.open });
      expect(page.items).toEqual([sent]);
      expect(t.frames().map(({ payload }) => payload)).toEqual([sent]);
    });

  for (const [what, text] of [
    ['NUL', 'a\0b'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\ude00b'],
    ['nothing', ''],
    ['nothing but space', ' \n\t\u00a0 '],
    ['10,001 code points', 'x'.repeat(10_001)],
    ['10,001 code points of four bytes', '🦊'.repeat(10_001)],
    ['a number', 7],
    ['null', null],
    ['an object', { text: 'x' }],
  ] as const)
    test(`is refused: ${what}`, async () => {
      const input = { roomId: rooms.open, clientId: 'c-1', text };
      expect(await refused(t, 'ann', 'postMessage', input)).toBe('422 request.invalid');
    });

  for (const clientId of ['', 'x'.repeat(65), 'a b', "a'b", 'ä', 7])
    test(`is refused with the client id ${JSON.stringify(clientId).slice(0, 20)}`, async () => {
      const input = { roomId: rooms.open, clientId, text: 'Hello' };
      expect(await refused(t, 'ann', 'postMessage', input)).toBe('422 request.invalid');
    });
});
