import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Answers remembered by idempotency key, in the transaction of their effect. `part` counts the writes of one call. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    actor: text().notNull(),
    key: text().notNull(),
    part: integer().notNull(),
    function: text().notNull(),
    inputHash: text('input_hash').notNull(),
    result: text().notNull(),
    /** The journalled event of the call, for the ack: JSON or null. */
    journalled: text(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.actor, table.key, table.part] }), index('idempotency_keys_at').on(table.at)],
);
