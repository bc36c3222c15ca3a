import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import type { Journal } from '../../server/hub/journal.ts';
import { RecoveryPages } from '../../server/hub/recovery-pages.ts';
import type { TestDb } from '../support/db.ts';
import { openTestJournal } from '../support/journal.ts';

let opened: TestDb;
let journal: Journal;
let pages: RecoveryPages;

beforeEach(async () => {
  ({ opened, journal } = await openTestJournal());
  pages = new RecoveryPages(journal);
  for (let n = 1; n <= 3; n++) await emit(n);
});
afterEach(() => opened.remove());

const emit = (n: unknown, channel = 'a:1') =>
  opened.db.write((tx) => journal.emit(tx, channel, 'noted', { n }, systemActor));
const payloads = async (offset: number) =>
  (await pages.after('a:1', offset))?.frames.map(
    (frame) => (JSON.parse(frame) as { payload: { n: unknown } }).payload.n,
  );

test('a page is read once for everybody who asks while nothing changes on its channel', async () => {
  const first = await pages.after('a:1', 1);
  expect(first).toMatchObject({ first: 2, last: 3 });
  await emit('elsewhere', 'b:1');
  expect(await pages.after('a:1', 1)).toBe(first!);
  expect(await payloads(0)).toEqual([1, 2, 3]);
});

test('a page that was read before does not hide what was published since', async () => {
  expect(await payloads(1)).toEqual([2, 3]);
  await emit(4);
  expect(await payloads(1)).toEqual([2, 3, 4]);
});

test('a text that was taken back does not return from a page that was read before', async () => {
  expect(await payloads(1)).toEqual([2, 3]);
  await opened.db.write((tx) => journal.rewrite(tx, 'a:1', 2, { n: 'gone' }));
  expect(await payloads(1)).toEqual(['gone', 3]);
});

test('a page that was read before does not outlive the pruning of its events', async () => {
  expect(await payloads(1)).toEqual([2, 3]);
  await journal.prune(1, 60_000);
  expect(await payloads(1)).toEqual([3]);
});

test('there is no page behind the end', async () => {
  expect(await pages.after('a:1', 3)).toBeUndefined();
  expect(await pages.after('c:1', 0)).toBeUndefined();
});
