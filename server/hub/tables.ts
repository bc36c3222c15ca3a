import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** The transactional event log. `seq` orders everything, `offset` orders one channel; neither is ever reused. */
export const journal = sqliteTable(
  'journal',
  {
    seq: integer().primaryKey(),
    channel: text().notNull(),
    offset: integer().notNull(),
    event: text().notNull(),
    payload: text().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    at: integer().notNull(),
  },
  (table) => [uniqueIndex('journal_channel_offset').on(table.channel, table.offset)],
);

/** One row: the epoch within which offsets count upwards. */
export const journalEpoch = sqliteTable('journal_epoch', {
  id: integer().primaryKey(),
  epoch: text().notNull(),
});

/** How far each durable consumer of the journal has come. */
export const consumers = sqliteTable('consumers', {
  name: text().primaryKey(),
  seq: integer().notNull(),
});
