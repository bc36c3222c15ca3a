import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What the team decided about a module. Its row outlives its folder: a module that comes back is as it was. */
export const modules = sqliteTable('modules', {
  id: text().primaryKey(),
  enabled: integer({ mode: 'boolean' }).notNull(),
  /** Scopes, a JSON list. */
  granted: text().notNull(),
  /** JSON: values as they are, secrets sealed. */
  settings: text().notNull(),
  /** Number of its database file: `db-<n>.sqlite`. */
  database: integer().notNull(),
  changedAt: integer('changed_at').notNull(),
});
