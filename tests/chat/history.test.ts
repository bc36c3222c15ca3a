import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { RoomId } from '@shared/kernel/ids.ts';
import { openChat, refused, type TestChat } from '../support/chat.ts';
import { type House, openHouse } from '../support/chat-house.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe('history', () => {
  let t: TestChat;
  let rooms: House['rooms'];
  beforeEach(async () => {
    ({ t, rooms } = await openHouse());
    for (const room of ['open', 'closed', 'direct'] as const) await t.say('ann', rooms[room], `in ${room}`);
    t.frames();
  });
  afterEach(() => t.remove());

  for (const [who, room, answer] of [
    ['cal', 'open', 'allowed'],
    ['dan', 'open', 'allowed'],
    ['ada', 'open', 'allowed'],
    ['rex', 'open', 'allowed'],
    ['gus', 'open', '404 chat.room_not_found'],
    ['cal', 'closed', 'allowed'],
    ['dan', 'closed', '404 chat.room_not_found'],
    ['rex', 'closed', '404 chat.room_not_found'],
    ['ada', 'closed', '404 chat.room_not_found'],
    ['system', 'closed', '404 chat.room_not_found'],
    ['ben', 'direct', 'allowed'],
    ['cal', 'direct', '404 chat.room_not_found'],
    ['ada', 'direct', '404 chat.room_not_found'],
    ['nobody', 'open', '401 auth.unauthenticated'],
  ] as const)
    test(`of the ${room} room is ${answer} for ${who}, and changes nothing`, async () => {
      expect(await refused(t, who, 'history', { roomId: rooms[room] })).toBe(answer);
      if (answer !== 'allowed') return;
      const page = await t.must(who, 'history', { roomId: rooms[room] });
      expect(page).toMatchObject({ items: [{ body: { text: `in ${room}` } }] });
    });

  test('of a private room is whole for who was added later', async () => {
    await t.must('ann', 'addMember', { roomId: rooms.closed, userId: t.id('dan') });
    expect((await t.must('dan', 'history', { roomId: rooms.closed })).items).toHaveLength(1);
  });

  test('refuses cursors of other rooms, made up ones and altered ones', async () => {
    for (let count = 0; count < 3; count++) await t.say('ann', rooms.open, 'more');
    const { before } = await t.must('ann', 'history', { roomId: rooms.open, limit: 1 });
    if (before === undefined) throw new Error('no cursor');
    await t.must('ann', 'history', { roomId: rooms.open, before });
    expect(await refused(t, 'ann', 'history', { roomId: rooms.closed, before })).toBe('422 request.invalid');
    const foreign = await t.raw('ann', 'history', { roomId: rooms.closed, before });
    expect(foreign).toMatchObject({ ok: false, error: { issues: [{ path: 'before', code: 'invalid_cursor' }] } });
    const made = (text: string) => Buffer.from(text).toString('base64url');
    for (const cursor of [
      'x',
      `${before}x`,
      `${before} `,
      before.slice(1),
      made(`${rooms.open}.-1`),
      made(`${rooms.open}.1e3`),
      made(`${rooms.open}.01`),
      made(`${rooms.open}.`),
      made(`${rooms.open}.${'9'.repeat(30)}`),
      made(`${rooms.open}.1.2`),
      made(rooms.open),
    ])
      for (const side of ['before', 'after'])
        expect(await refused(t, 'ann', 'history', { roomId: rooms.open, [side]: cursor })).toBe('422 request.invalid');
  });

  for (const [what, more] of [
    ['a limit of 0', { limit: 0 }],
    ['a limit of 101', { limit: 101 }],
    ['a fraction', { limit: 1.5 }],
    ['two places', { around: 1, before: 'x' }],
    ['a negative position', { around: -1 }],
    ['an unknown field', { offset: 1 }],
  ] as const)
    test(`refuses ${what}`, async () => {
      expect(await refused(t, 'ann', 'history', { roomId: rooms.open, ...more })).toBe('422 request.invalid');
    });
});

describe('pages', () => {
  const sizes = [0, 1, 2, 7, 60];
  const roomOf = new Map<number, RoomId>();
  let t: TestChat;
  beforeAll(async () => {
    t = await openChat({ ann: 'member' });
    for (const size of sizes) {
      const { id } = await t.must('ann', 'createRoom', { name: `${size}`, kind: 'public' });
      roomOf.set(size, id);
      await Promise.all(upTo(size).map((number) => t.say('ann', id, `${number}`)));
    }
  });
  afterAll(() => t.remove());

  type Input = { before?: string; after?: string; around?: number; limit?: number };
  const pageOf = async (size: number, input: Input) => {
    const page = await t.must('ann', 'history', { roomId: roomOf.get(size) ?? 'room_', ...input });
    return { ...page, positions: page.items.map(({ position }) => position) };
  };

  test('walked both ways from anywhere visit each message once, in order, and end', async () => {
    const start = fc.oneof(fc.constant({}), fc.record({ around: fc.nat(70) }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sizes),
        start,
        fc.integer({ min: 1, max: 25 }),
        async (size, place, limit) => {
          const first = await pageOf(size, { ...place, limit });
          const seen = [...first.positions];
          for (let { before } = first; before !== undefined;) {
            const page = await pageOf(size, { before, limit });
            expect(page.positions.length).toBeGreaterThan(0);
            expect(page.positions.length).toBeLessThanOrEqual(limit);
            seen.unshift(...page.positions);
            ({ before } = page);
          }
          for (let { after } = first; after !== undefined;) {
            const page = await pageOf(size, { after, limit });
            expect(page.positions.length).toBeGreaterThan(0);
            expect(page.positions.length).toBeLessThanOrEqual(limit);
            seen.push(...page.positions);
            ({ after } = page);
          }
          expect(seen).toEqual(upTo(size));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('may be walked back the way they came', async () => {
    const last = await pageOf(60, { limit: 20 });
    const middle = await pageOf(60, { before: last.before ?? '', limit: 20 });
    expect(middle.positions).toEqual(upTo(60).slice(20, 40));
    expect((await pageOf(60, { after: middle.after ?? '', limit: 20 })).positions).toEqual(last.positions);
    expect((await pageOf(60, { before: middle.before ?? '', limit: 20 })).positions).toEqual(upTo(20));
  });

  test('without a place are the latest 50', async () => {
    const page = await pageOf(60, {});
    expect(page.positions).toEqual(upTo(60).slice(10));
    expect(page.before).toBeDefined();
    expect(page.after).toBeUndefined();
  });

  test('of an empty room lead nowhere', async () => {
    expect(await pageOf(0, {})).toEqual({ items: [], positions: [] });
    expect(await pageOf(0, { around: 5 })).toEqual({ items: [], positions: [] });
  });

  for (const [around, limit, from, to] of [
    [30, 10, 25, 34],
    [30, 1, 30, 30],
    [1, 10, 1, 10],
    [0, 10, 1, 10],
    [60, 10, 51, 60],
    [1000, 10, 51, 60],
    [30, 100, 1, 60],
  ] as const)
    test(`around ${around} of 60, at most ${limit}, are ${from} to ${to}`, async () => {
      const page = await pageOf(60, { around, limit });
      expect(page.positions).toEqual(upTo(60).slice(from - 1, to));
      expect(page.before !== undefined).toBe(from > 1);
      expect(page.after !== undefined).toBe(to < 60);
    });

  test('after the last one are empty until somebody writes, and then lead on', async () => {
    const { id } = await t.must('ann', 'createRoom', { name: 'Growing', kind: 'public' });
    await t.say('ann', id, 'one');
    await t.say('ann', id, 'two');
    const { after } = await t.must('ann', 'history', { roomId: id, around: 1, limit: 1 });
    await t.say('ann', id, 'three');
    const page = await t.must('ann', 'history', { roomId: id, after: after ?? '' });
    expect(page.items.map(({ position }) => position)).toEqual([2, 3]);
    expect(page.after).toBeUndefined();
  });
});
