import type { SessionId, UserId } from '@shared/kernel/ids.ts';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const credentials = sqliteTable('credentials', {
  userId: text('user_id').$type<UserId>().primaryKey(),
  /** argon2id in PHC form: salt and cost stand in it. */
  passwordHash: text('password_hash').notNull(),
  changedAt: integer('changed_at').notNull(),
});

/** A family of refresh tokens: what a person sees as one signed-in device. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().$type<SessionId>().primaryKey(),
    userId: text('user_id').$type<UserId>().notNull(),
    userAgent: text('user_agent').notNull(),
    ip: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** Moved by refreshes alone. */
    lastSeenAt: integer('last_seen_at').notNull(),
    /** Slides with each refresh. */
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    /** Counts rotations; `rotatedAt` is when it last grew. */
    generation: integer().notNull(),
    rotatedAt: integer('rotated_at').notNull(),
  },
  (table) => [
    index('sessions_user').on(table.userId),
    index('sessions_ended_at').on(table.endedAt),
    index('sessions_expires_at').on(table.expiresAt),
  ],
);

/** Old generations stay until they expire, so that a stolen one is recognised when it comes back. */
export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    /** sha256, base64url. The token itself has 256 random bits and needs no slower hash. */
    hash: text().primaryKey(),
    sessionId: text('session_id')
      .$type<SessionId>()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    generation: integer().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('refresh_tokens_session').on(table.sessionId, table.createdAt)],
);
