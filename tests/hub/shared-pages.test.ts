import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import type { Journal } from '../../server/hub/journal.ts';
import { SharedPages } from '../../server/hub/shared-pages.ts';
import type { TestDb } from '../support/db.ts';
import { openTestJournal } from '../support/journal.ts';

let opened: TestDb;
let journal: Journal;
let pages: SharedPages;

beforeEach(async () => {
  ({ opened, journal } = await openTestJournal());
  pages = new SharedPages(journal);
  for (let n = 1; n <= 3; n++) await emit({ n });
});
afterEach(() => opened.remove());

const emit = (payload: unknown, channel = 'a:1') =>
  opened.db.write((tx) => journal.emit(tx, channel, 'noted', payload, systemActor));
const read = (offset = 1) => pages.read('a:1', offset, 10, 1000);
const payloads = async (offset = 1) => (await read(offset)).map(({ payload }) => payload);

test('a page is read once for all who ask for the same, and so is its frame made', async () => {
  const first = await read();
  await emit({}, 'b:1');
  expect(await read()).toBe(first);
  expect(await read(2)).not.toBe(first);
  const [event] = first;
  const delivery = pages.deliveryOf(event!);
  expect(JSON.parse(delivery.frame)).toMatchObject({ offset: 2, seq: 2, epoch: journal.epoch, payload: { n: 2 } });
  expect(pages.deliveryOf(event!)).toBe(delivery);
});

test('what was published, taken back or forgotten since is seen by whoever asks next', async () => {
  expect(await payloads()).toEqual(['{"n":2}', '{"n":3}']);
  await emit({ n: 4 });
  expect(await payloads()).toEqual(['{"n":2}', '{"n":3}', '{"n":4}']);
  await opened.db.write((tx) => journal.rewrite(tx, 'a:1', 3, { n: 'gone' }));
  expect(await payloads()).toEqual(['{"n":2}', '{"n":"gone"}', '{"n":4}']);
  const frames = (await read()).map((event) => pages.deliveryOf(event).frame);
  expect(frames.join()).not.toContain('{"n":3}');
  await journal.prune(1, 60_000);
  expect(await payloads()).toEqual(['{"n":4}']);
});

test('no more is remembered than fits: older pages are read again', async () => {
  const first = await read();
  for (let limit = 20; limit < 600; limit++) await pages.read('a:1', 1, limit, 1000);
  const again = await read();
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});
