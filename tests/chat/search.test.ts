import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { assert, asyncProperty, string } from 'fast-check';
import type { RoomId } from '@shared/kernel/ids.ts';
import { matchOf } from '../../server/chat/search/search.ts';
import { openChat, refused, type TestChat } from '../support/chat.ts';
import { type House, noRoom, openHouse } from '../support/chat-house.ts';

const textOf = ({ message: { body } }: { message: { body: { kind: string; text?: unknown } } }): unknown => body.text;

describe('a search', () => {
  let t: TestChat;
  let rooms: House['rooms'];
  beforeEach(async () => {
    ({ t, rooms } = await openHouse());
    for (const room of ['open', 'closed', 'direct'] as const) await t.say('ann', rooms[room], `secret of ${room}`);
    t.frames();
  });
  afterEach(() => t.remove());

  const found = async (who: string, query: string, roomId?: RoomId): Promise<unknown[]> =>
    (await t.must(who, 'search', { query, ...(roomId ? { roomId } : {}) })).items.map(textOf);

  for (const [who, where] of [
    ['ann', ['direct', 'closed', 'open']],
    ['ben', ['direct', 'closed', 'open']],
    ['cal', ['closed', 'open']],
    ['dan', []],
    ['ada', []],
    ['gus', []],
    ['rex', []],
  ] as const)
    test(`by ${who} finds what was said in ${where.join(', ') || 'no room'}, the newest first`, async () => {
      expect(await found(who, 'secret')).toEqual(where.map((room) => `secret of ${room}`));
    });

  for (const [who, room, answer] of [
    ['ann', 'closed', 'allowed'],
    ['cal', 'closed', 'allowed'],
    ['dan', 'open', '403 auth.forbidden'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['rex', 'closed', '404 chat.room_not_found'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['system', 'open', '403 auth.forbidden'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`in the ${room} room is ${answer} for ${who}, and finds nothing elsewhere`, async () => {
      expect(await refused(t, who, 'search', { query: 'secret', roomId: rooms[room] })).toBe(answer);
      if (answer === 'allowed') expect(await found(who, 'secret', rooms[room])).toEqual([`secret of ${room}`]);
    });

  test('in a room that there is not is refused', async () => {
    expect(await refused(t, 'ann', 'search', { query: 'secret', roomId: noRoom })).toBe('404 chat.room_not_found');
  });

  test('finds nothing more of a room by who was removed from it, and everything of it by who came later', async () => {
    await t.must('ann', 'removeMember', { roomId: rooms.closed, userId: t.id('ben') });
    await t.must('ann', 'addMember', { roomId: rooms.closed, userId: t.id('dan') });
    expect(await found('ben', 'secret')).toEqual(['secret of direct', 'secret of open']);
    expect(await found('dan', 'secret')).toEqual(['secret of closed']);
  });

  test('finds what was said a moment ago, and what was said before a restart', async () => {
    await t.must('ann', 'search', { query: 'secret' });
    await t.say('ben', rooms.open, 'and another secret');
    expect(await found('ann', 'another')).toEqual(['and another secret']);
    await t.hub.journal.settled();
    expect(await found('ann', 'another')).toEqual(['and another secret']);
  });

  test('goes on where a page ended, and refuses cursors that are none of its own', async () => {
    for (let n = 1; n <= 5; n++) await t.say('ben', rooms.open, `page ${n}`);
    const first = await t.must('ann', 'search', { query: 'page', limit: 2 });
    expect(first.items.map(textOf)).toEqual(['page 5', 'page 4']);
    // What is said meanwhile moves nothing.
    await t.say('ben', rooms.open, 'page 6');
    const next = (before?: string) =>
      t.must('ann', 'search', { query: 'page', limit: 2, ...(before ? { before } : {}) });
    const second = await next(first.before);
    expect(second.items.map(textOf)).toEqual(['page 3', 'page 2']);
    const third = await next(second.before);
    expect(third.items.map(textOf)).toEqual(['page 1']);
    expect(third.before).toBeUndefined();
    const { before } = await t.must('ann', 'history', { roomId: rooms.open, limit: 1 });
    for (const cursor of [before ?? '', 'x', `${first.before}x`])
      expect(await refused(t, 'ann', 'search', { query: 'page', before: cursor })).toBe('422 request.invalid');
  });
});

describe('words', () => {
  let t: TestChat;
  let roomId: RoomId;
  beforeAll(async () => {
    t = await openChat({ ann: 'member' });
    ({ id: roomId } = await t.must('ann', 'createRoom', { name: 'Words', kind: 'private' }));
    for (const text of [
      'Die Übergrößenträger öffnen früh',
      'NEAR the "quoted" column:value (and) so-on',
      'Ein Fuchs AND ein Hase',
      '日本語 のメッセージ',
      'über Straßen',
    ])
      await t.say('ann', roomId, text);
  });
  afterAll(() => t.remove());

  const found = async (query: string): Promise<unknown[]> =>
    (await t.must('ann', 'search', { query })).items.map(textOf).toReversed();

  for (const [query, starts] of [
    ['ubergrossentrager', []],
    ['übergrößenträger', ['Die']],
    ['ÜBERGRÖßENTRÄGER', ['Die']],
    ['ubergrößentrager OFFNEN', ['Die']],
    ['Uber', ['Die', 'über']],
    ['offnen die', ['Die']],
    ['öffn', ['Die']],
    ['öffn früh', []],
    ['fuchs hase', ['Ein']],
    ['fuchs AND hase', ['Ein']],
    ['fuchs OR quoted', []],
    ['fuchs NOT hase', []],
    ['NEAR', ['NEAR']],
    ['"quoted"', ['NEAR']],
    ['column:value', ['NEAR']],
    ['text:value', []],
    ['so-on', ['NEAR']],
    ['(and)', ['NEAR', 'Ein']],
    ['^die', ['Die']],
    ['日本語', ['日本語']],
    ['fuchs !!!', ['Ein']],
    ['!!! ???', []],
    ['*', []],
    ['"', []],
    ["'; DROP TABLE messages; --", []],
  ] as const)
    test(`${query} finds ${starts.join(', ') || 'nothing'}`, async () => {
      expect((await found(query)).map((text) => String(text).split(' ')[0])).toEqual([...starts]);
    });

  test('that are no words at all are refused like any empty text', async () => {
    for (const query of ['', '  \n ', '\0', 'x'.repeat(201)])
      expect(await refused(t, 'ann', 'search', { query })).toBe('422 request.invalid');
  });

  test('are marked where they stand in the snippet, whatever the message says', async () => {
    const text = `${'far away '.repeat(40)}🦊 the <b>needle</b> and a Needles${' further on'.repeat(40)}`;
    await t.say('ann', roomId, text);
    const { items } = await t.must('ann', 'search', { query: 'needle' });
    const { snippet } = items[0] ?? { snippet: { text: '', marks: [] } };
    expect(snippet.marks.map(({ from, to }) => snippet.text.slice(from, to))).toEqual(['needle', 'Needles']);
    expect(snippet.text.length).toBeLessThan(text.length);
    expect(text).toContain(snippet.text.replaceAll('…', ''));
  });

  test('of any kind break nothing', async () => {
    await assert(
      asyncProperty(string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (query) => {
        const result = await t.call('ann', 'search', { query });
        if (!result.ok) expect(result.error.code).toBe('request.invalid');
      }),
      { numRuns: 300 },
    );
    await assert(
      asyncProperty(string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }), async (query) => {
        const result = await t.call('ann', 'search', { query });
        if (!result.ok) expect(result.error.code).toBe('request.invalid');
      }),
      { numRuns: 300 },
    );
    expect(t.log).toEqual([]);
  });

  test('are quoted, each by itself, and only the last may go on', () => {
    expect(matchOf(' one  "two" three*')).toBe('"one" """two""" "three*"*');
  });
});
