import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import { fail, Invalid } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { type Journal, openJournal } from '../../server/hub/journal.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from '../support/clock.ts';
import { openTestDb, type TestDb } from '../support/db.ts';
import { until } from '../support/until.ts';

let opened: TestDb;
let clock: TestClock;
let journal: Journal;
let failures: unknown[];

const open = (): Promise<Journal> =>
  openJournal({
    db: opened.db,
    clock,
    ids: createIds(clock),
    publish: () => {},
    failed: (error) => failures.push(error),
  });
beforeEach(async () => {
  opened = openTestDb();
  clock = new TestClock();
  failures = [];
  journal = await open();
});
afterEach(async () => {
  journal.stop();
  await opened.remove();
});

const emit = (channel = 'a:1', n = 0) =>
  opened.db.write(async (tx) => ok(await journal.emit(tx, channel, 'noted', { n }, systemActor)));
const many = (count: number, channel?: string) =>
  Promise.all(Array.from({ length: count }, (_, n) => emit(channel, n)));
const offsets = async (after: number, limit: number, channel = 'a:1') =>
  (await journal.after(channel, after, limit)).map(({ offset }) => offset);

/** Ranges that a follower was given. */
const ranges: [number, number][] = [];
const follow = (name = 'test'): ReturnType<Journal['follow']> =>
  journal.follow(name, (_, from, to) => void ranges.push([from, to]));
beforeEach(() => void ranges.splice(0));

test('a follower gets many events at once, a second after the first of them', async () => {
  await follow();
  await many(3);
  clock.advance(999);
  await opened.db.idle();
  expect(ranges).toEqual([]);
  clock.advance(1);
  await until(() => ranges.length === 1, 'the follower');
  expect(ranges).toEqual([[0, 3]]);
  await journal.settled();
  clock.advance(60_000);
  await opened.db.idle();
  expect(ranges).toEqual([[0, 3]]);
});

test('a follower that falls far behind need not wait', async () => {
  await follow();
  await many(5000);
  await until(() => ranges.at(-1)?.[1] === 5000 || ranges.length > 1, 'the follower');
  for (const [index, [from]] of ranges.entries()) expect(from).toBe(ranges[index - 1]?.[1] ?? 0);
});

test('a follower goes on where it was when the server was killed, and is up to date before it is used', async () => {
  await follow();
  await many(1000);
  await journal.settled();
  await many(1500);
  journal.stop();
  ranges.splice(0);
  journal = await open();
  await follow();
  expect(ranges).toEqual([[1000, 2500]]);
  await follow('new');
  expect(ranges.slice(1)).toEqual([
    [0, 2048],
    [2048, 2500],
  ]);
});

test('what a write caught up with and did not commit is followed again', async () => {
  const follower = await follow();
  await many(2);
  await opened.db.write(async (tx) => {
    await follower.catchUp(tx);
    return fail(Invalid);
  });
  await opened.db.write(async (tx) => ok(await follower.catchUp(tx)));
  await opened.db.write(async (tx) => ok(await follower.catchUp(tx)));
  expect(ranges).toEqual([
    [0, 2],
    [0, 2],
  ]);
});

test('a follower that fails is told of and tried again, and holds up no write and no other follower', async () => {
  let broken = true;
  const others: number[] = [];
  await journal.follow('broken', (_, from, to) => {
    if (broken) throw new Error('no room left');
    ranges.push([from, to]);
  });
  await journal.follow('other', (_, __, to) => void others.push(to));
  await emit();
  clock.advance(1000);
  await until(() => failures.length === 1, 'the failure');
  expect(others).toEqual([1]);
  expect(await emit()).toMatchObject({ data: { offset: 2 } });
  broken = false;
  clock.advance(1000);
  await until(() => ranges.length === 1, 'the second try');
  expect(ranges).toEqual([[0, 2]]);
});

test('events are found whether their place is stored or not, and over the border between [R1]', async () => {
  const everywhere = async () => {
    expect(await offsets(0, 100)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await offsets(1, 3)).toEqual([2, 3, 4]);
    expect(await offsets(3, 2)).toEqual([4, 5]);
    expect(await offsets(2, 1)).toEqual([3]);
    expect(await offsets(6, 10)).toEqual([]);
    expect(await offsets(0, 10, 'b:1')).toEqual([1]);
    expect(await journal.head('a:1')).toBe(6);
    for (const [seq, offset] of [
      [3, 3],
      [4, 3],
      [5, 4],
      [7, 6],
    ] as const)
      expect(await journal.offsetUpTo('a:1', seq)).toBe(offset);
    expect(await journal.offsetUpTo('b:1', 3)).toBe(0);
  };
  await many(3);
  await journal.settled();
  await emit('b:1');
  await many(3);
  await everywhere();
  await journal.settled();
  await everywhere();
  journal.stop();
  journal = await open();
  await everywhere();
});

test('pruning and rewriting reach events whose place is not stored yet [R7]', async () => {
  await many(4);
  await opened.db.write((tx) => journal.rewrite(tx, 'a:1', 2, { n: 'gone' }));
  expect((await journal.after('a:1', 1, 1)).map(({ payload }) => payload)).toEqual(['{"n":"gone"}']);
  await many(2);
  expect(await journal.prune(2, 60_000)).toBe(4);
  expect(await offsets(0, 10)).toEqual([5, 6]);
});
