import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import { Conflict, fail } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { type Journal, type JournalEvent, type JournalOptions, openJournal } from '../../server/hub/journal.ts';
import type { Tx } from '../../server/platform/db/db.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from '../support/clock.ts';
import { openTestDb, type TestDb } from '../support/db.ts';

let opened: TestDb;
let clock: TestClock;
let published: JournalEvent[];
let journal: Journal;
let failures: unknown[];

const open = (highWater?: JournalOptions['highWater']): Promise<Journal> =>
  openJournal({
    db: opened.db,
    clock,
    ids: createIds(clock),
    highWater,
    publish: (event) => published.push(event),
    failed: (error) => failures.push(error),
  });

beforeEach(async () => {
  opened = openTestDb();
  clock = new TestClock();
  published = [];
  failures = [];
  journal = await open();
});
afterEach(() => opened.remove());

const emit = (channel: string, n: unknown, before: (tx: Tx) => unknown = () => undefined) =>
  opened.db.write(async (tx) => {
    await before(tx);
    return ok(await journal.emit(tx, channel, 'noted', { n }, systemActor));
  });

test('seq counts everything and offset counts a channel, both from 1 [N5]', async () => {
  const cursors = await Promise.all([emit('a:1', 1), emit('b:1', 2), emit('a:1', 3)]);
  expect(cursors.map((result) => result.ok && [result.data.channel, result.data.seq, result.data.offset])).toEqual([
    ['a:1', 1, 1],
    ['b:1', 2, 1],
    ['a:1', 3, 2],
  ]);
  expect(published.map(({ seq, payload }) => [seq, payload])).toEqual([
    [1, '{"n":1}'],
    [2, '{"n":2}'],
    [3, '{"n":3}'],
  ]);
});

test('a write that is rolled back leaves no hole and publishes nothing [N5]', async () => {
  const failing = (ending: () => unknown) =>
    opened.db
      .write(async (tx) => {
        await journal.emit(tx, 'a:1', 'noted', { lost: true }, systemActor);
        await journal.emit(tx, 'a:2', 'noted', { lost: true }, systemActor);
        ending();
        return fail(Conflict);
      })
      .catch((error: unknown) => error);
  await Promise.all([
    emit('a:1', 1),
    failing(() => undefined),
    emit('a:1', 2),
    failing(() => {
      throw new Error('bug');
    }),
    emit('a:2', 3),
  ]);
  expect(published.map(({ channel, seq, offset }) => [channel, seq, offset])).toEqual([
    ['a:1', 1, 1],
    ['a:1', 2, 2],
    ['a:2', 3, 1],
  ]);
  expect(journal.seq).toBe(3);
});

test('offsets, seq and epoch go on after reopening [N5]', async () => {
  await emit('a:1', 1);
  const again = await open({ epoch: journal.epoch, seq: 1 });
  expect([again.epoch, again.seq]).toEqual([journal.epoch, 1]);
  const next = await opened.db.write(async (tx) => ok(await again.emit(tx, 'a:1', 'noted', {}, systemActor)));
  expect(next).toMatchObject({ data: { seq: 2, offset: 2 } });
});

test('a database that is behind the high-water mark, or of another epoch, gets a new epoch [R5]', async () => {
  await emit('a:1', 1);
  const { epoch } = journal;
  expect((await open({ epoch, seq: 1 })).epoch).toBe(epoch);
  expect((await open(undefined)).epoch).toBe(epoch);
  const behind = await open({ epoch, seq: 2 });
  expect(behind.epoch).not.toBe(epoch);
  expect((await open({ epoch, seq: 1 })).epoch).not.toBe(behind.epoch);
});

test('a rewritten payload is what recovery finds from then on [R7]', async () => {
  await emit('a:1', 'secret');
  await opened.db.write((tx) => journal.rewrite(tx, 'a:1', 1, { n: 'gone' }));
  const events = await journal.after('a:1', 0, 10);
  expect(events.map(({ payload }) => payload)).toEqual(['{"n":"gone"}']);
});

test('pruning keeps the newest of each channel, so that no seq and no offset is ever used again', async () => {
  for (let n = 1; n <= 10; n++) await emit('a:1', n);
  await emit('b:1', 11);
  clock.advance(1000);
  expect(await journal.prune(3, 60_000)).toBe(7);
  expect((await journal.after('a:1', 0, 100)).map(({ offset }) => offset)).toEqual([8, 9, 10]);
  clock.advance(60_001);
  expect(await journal.prune(3, 60_000)).toBe(2);
  expect((await journal.after('a:1', 0, 100)).map(({ offset }) => offset)).toEqual([10]);
  const again = await open({ epoch: journal.epoch, seq: 11 });
  expect(again.seq).toBe(11);
  const next = await opened.db.write(async (tx) => ok(await again.emit(tx, 'a:1', 'noted', {}, systemActor)));
  expect(next).toMatchObject({ data: { seq: 12, offset: 11 } });
});
