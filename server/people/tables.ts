import type { UserId } from '@shared/kernel/ids.ts';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** One row: the team that this Hearth belongs to. Its being there means that set-up is done. */
export const team = sqliteTable('team', {
  id: integer().primaryKey(),
  name: text().notNull(),
  createdAt: integer('created_at').notNull(),
});

/** People are deactivated, never deleted: what they wrote keeps its author. */
export const users = sqliteTable(
  'users',
  {
    id: text().$type<UserId>().primaryKey(),
    name: text().notNull(),
    /** Lower case. */
    email: text().notNull(),
    role: text({ enum: ['guest', 'member', 'admin'] }).notNull(),
    /** null: as the browser prefers. */
    locale: text({ enum: ['en', 'de'] }),
    active: integer({ mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('users_email').on(table.email)],
);

/**
 * The code stands here as it is: admins show the link and its QR code again, which a hash would not allow. It opens
 * less than anything beside it would: one new account of a stated role, for a stated time, revocable, seen by everybody.
 */
export const invites = sqliteTable(
  'invites',
  {
    code: text().primaryKey(),
    role: text({ enum: ['guest', 'member', 'admin'] }).notNull(),
    /** null: made on the command line. */
    createdBy: text('created_by').references(() => users.id),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** null: as often as anybody likes until it expires. */
    maxUses: integer('max_uses'),
    uses: integer().notNull(),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('invites_expires_at').on(table.expiresAt)],
);
