import { afterEach, beforeEach, expect, test } from 'bun:test';
import { systemActor } from '@shared/kernel/actor.ts';
import { ok } from '@shared/kernel/result.ts';
import { type Consumers, type ConsumerOptions, createConsumers } from '../../server/hub/consumers.ts';
import { type Journal, type JournalEvent, openJournal } from '../../server/hub/journal.ts';
import { createIds } from '../../server/platform/ids.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from '../support/clock.ts';
import { openTestDb, type TestDb } from '../support/db.ts';
import { until } from '../support/until.ts';

let opened: TestDb;
let clock: TestClock;
let journal: Journal;
let consumers: Consumers;
let heard: string[];
const log = createLogger({ level: 'error', format: 'json', now: () => 0, write: () => {} });

const open = async (): Promise<void> => {
  journal = await openJournal({
    db: opened.db,
    clock,
    ids: createIds(clock),
    publish: () => consumers?.wake(),
    failed(error) {
      throw error;
    },
  });
  consumers = createConsumers({ db: opened.db, clock, log, journal });
};
beforeEach(async () => {
  opened = openTestDb();
  clock = new TestClock();
  heard = [];
  await open();
});
afterEach(() => opened.remove());

const emit = (event: string, n: number) =>
  opened.db.write(async (tx) => ok(await journal.emit(tx, 'a:1', event, { n }, systemActor)));
const note = ({ payload }: JournalEvent): Promise<void> => {
  heard.push(payload);
  return Promise.resolve();
};
const consume = (more: Partial<ConsumerOptions> = {}) =>
  consumers.consume({ name: 'test', wants: ({ event }) => event === 'wanted', deliver: note, ...more });

test('a consumer hears what it wants from its first day on, in order, and nothing of before', async () => {
  await emit('wanted', 0);
  const consumer = consume();
  for (let n = 1; n <= 3; n++) await emit(n === 2 ? 'other' : 'wanted', n);
  await until(() => heard.length === 2);
  expect(heard).toEqual(['{"n":1}', '{"n":3}']);
  await consumer.stop();
});

test('what happens while nobody listens is delivered when the consumer comes back, once', async () => {
  const first = consume();
  await emit('wanted', 1);
  await until(() => heard.length === 1);
  await first.stop();
  for (let n = 2; n <= 450; n++) await emit('wanted', n);
  expect(heard.length).toBe(1);
  await open();
  const second = consume();
  await until(() => heard.length === 450);
  expect(heard).toEqual(Array.from({ length: 450 }, (_, at) => `{"n":${at + 1}}`));
  await second.stop();
});

test('an event whose delivery fails comes again after a while, and those after it wait', async () => {
  let failures = 2;
  const consumer = consume({
    deliver: (event) => (failures-- > 0 ? Promise.reject(new Error('not now')) : note(event)),
  });
  await emit('wanted', 1);
  await emit('wanted', 2);
  await until(() => failures === 1);
  expect(heard).toEqual([]);
  await until(() => {
    clock.advance(1000);
    return heard.length === 2;
  });
  expect(heard).toEqual(['{"n":1}', '{"n":2}']);
  await consumer.stop();
});

test('a consumer that is forgotten starts afresh under the same name', async () => {
  const first = consume();
  await emit('wanted', 1);
  await until(() => heard.length === 1);
  await first.forget();
  await emit('wanted', 2);
  const second = consume();
  await emit('wanted', 3);
  await until(() => heard.length === 2);
  expect(heard).toEqual(['{"n":1}', '{"n":3}']);
  await second.stop();
});
