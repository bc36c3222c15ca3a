import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * The transactional event log. `seq` orders everything, `offset` orders one channel; neither is ever reused. It grows at its
 * end and has no index: a page of each channel would be written with every commit.
 */
export const journal = sqliteTable('journal', {
  seq: integer().primaryKey(),
  channel: text().notNull(),
  offset: integer().notNull(),
  event: text().notNull(),
  payload: text().notNull(),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id').notNull(),
  at: integer().notNull(),
});

/** Where the events of each channel are: its index, stored behind for many events at once. `WITHOUT ROWID`. */
export const journalPlaces = sqliteTable(
  'journal_places',
  {
    channel: text().notNull(),
    offset: integer().notNull(),
    seq: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.offset] })],
);

/** One row: the epoch within which offsets count upwards. */
export const journalEpoch = sqliteTable('journal_epoch', {
  id: integer().primaryKey(),
  epoch: text().notNull(),
});

/** How far each durable consumer of the journal has come, and what is derived from it. */
export const consumers = sqliteTable('consumers', {
  name: text().primaryKey(),
  seq: integer().notNull(),
});
