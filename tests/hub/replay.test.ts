import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import type { Journal, JournalEvent } from '../../server/hub/journal.ts';
import { PAGE_SIZE } from '../../server/hub/page.ts';
import { Replay } from '../../server/hub/replay.ts';
import { SharedPages } from '../../server/hub/shared-pages.ts';
import type { TestDb } from '../support/db.ts';
import { openTestJournal } from '../support/journal.ts';

const channels = ['a:1', 'a:2', 'a:3'];
let opened: TestDb;
let journal: Journal;
/** What was read of the journal so far. */
let read: JournalEvent[];

beforeEach(async () => {
  ({ opened, journal } = await openTestJournal());
  read = [];
});
afterEach(() => opened.remove());

const emit = (channel: string, payload: unknown) =>
  opened.db.write((tx) => journal.emit(tx, channel, 'noted', payload, systemActor));

/** Follows all channels from their beginnings, and notes what it reads. */
async function replayOfAll(): Promise<Replay> {
  const watched: Journal = Object.create(journal, {
    after: {
      value: async (...args: Parameters<Journal['after']>) => {
        const events = await journal.after(...args);
        read.push(...events);
        return events;
      },
    },
  });
  const replay = new Replay(watched, new SharedPages(watched), () => journal.seq);
  for (const channel of channels) replay.follow(channel, 0, await journal.head(channel));
  return replay;
}

const sizeOf = (events: readonly JournalEvent[]): number =>
  events.reduce((size, { payload }) => size + payload.length, 0);

test('large events come in smaller pages, in the order of seq and once', async () => {
  const length = 20_000;
  for (let n = 0; n < 90; n++) await emit(channels[n % 3] ?? '', { text: 'x'.repeat(length) });
  const replay = await replayOfAll();
  const seqs: number[] = [];
  for (let rounds = 0; replay.behind().length > 0; rounds++) {
    expect(rounds).toBeLessThan(30);
    const { events, lost } = await replay.page(300);
    expect(lost).toEqual([]);
    expect(events.length).toBeGreaterThan(0);
    expect(sizeOf(events)).toBeLessThanOrEqual(PAGE_SIZE);
    seqs.push(...events.map(({ seq }) => seq));
  }
  expect(seqs).toEqual(Array.from({ length: 90 }, (_, n) => n + 1));
});

test('one event that is larger than a page comes alone', async () => {
  for (let n = 0; n < 3; n++) await emit('a:1', { text: 'x'.repeat(PAGE_SIZE + 1) });
  const replay = await replayOfAll();
  const pages: number[] = [];
  while (replay.behind().length > 0) pages.push((await replay.page(300)).events.length);
  expect(pages).toEqual([1, 1, 1]);
});

test('a page of small events is as long as was asked for', async () => {
  for (let n = 0; n < 400; n++) await emit('a:1', { n });
  const replay = await replayOfAll();
  expect((await replay.page(300)).events).toHaveLength(300);
  expect((await replay.page(300)).events).toHaveLength(100);
});

test('a text that was taken back after it was read for a later page does not go out [R7]', async () => {
  // Of the second channel everything is read with the first page, and given out with a later one.
  for (let n = 0; n < 12; n++) await emit('a:1', { text: 'x'.repeat(20_000) });
  const { offset } = await emit('a:2', { text: 'secret' });
  const replay = await replayOfAll();
  const first = await replay.page(300);
  expect(first.events.map(({ channel }) => channel)).not.toContain('a:2');
  expect(read.map(({ payload }) => payload).join()).toContain('secret');
  await opened.db.write((tx) => journal.rewrite(tx, 'a:2', offset, { text: 'gone' }));
  const rest: JournalEvent[] = [];
  while (replay.behind().length > 0) rest.push(...(await replay.page(300)).events);
  expect(rest.filter(({ channel }) => channel === 'a:2').map(({ payload }) => payload)).toEqual(['{"text":"gone"}']);
});
