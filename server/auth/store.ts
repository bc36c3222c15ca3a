import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { credentials, refreshTokens, sessions } from './tables.ts';

const p = sql.placeholder;

export type SessionRow = typeof sessions.$inferSelect;

export const findCredential = query((db) =>
  db
    .select({ passwordHash: credentials.passwordHash })
    .from(credentials)
    .where(eq(credentials.userId, p('userId')))
    .prepare(),
);

export const putCredential = query((db) =>
  db
    .insert(credentials)
    .values({ userId: p('userId'), passwordHash: p('passwordHash'), changedAt: p('changedAt') })
    .onConflictDoUpdate({
      target: credentials.userId,
      set: { passwordHash: sql`excluded.password_hash`, changedAt: sql`excluded.changed_at` },
    })
    .prepare(),
);

export const insertSession = query((db) =>
  db
    .insert(sessions)
    .values({
      id: p('id'),
      userId: p('userId'),
      userAgent: p('userAgent'),
      ip: p('ip'),
      createdAt: p('now'),
      lastSeenAt: p('now'),
      expiresAt: p('expiresAt'),
      generation: 1,
      rotatedAt: p('now'),
    })
    .prepare(),
);

const live = and(isNull(sessions.endedAt), gt(sessions.expiresAt, p('now')));

export const listLiveSessions = query((db) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, p('userId')), live))
    .orderBy(desc(sessions.lastSeenAt), asc(sessions.id))
    .prepare(),
);

const end = { endedAt: sql`${p('now')}` };

/** No row when the person has no such live session. */
export const endOwnSession = query((db) =>
  db
    .update(sessions)
    .set(end)
    .where(and(eq(sessions.id, p('id')), eq(sessions.userId, p('userId')), live))
    .returning({ id: sessions.id })
    .prepare(),
);

export const endUserSessions = query((db) =>
  db
    .update(sessions)
    .set(end)
    .where(and(eq(sessions.userId, p('userId')), live))
    .returning({ id: sessions.id })
    .prepare(),
);

export const sessionsEndedSince = query((db) =>
  db
    .select({ id: sessions.id, endedAt: sessions.endedAt })
    .from(sessions)
    .where(gt(sessions.endedAt, p('since')))
    .orderBy(asc(sessions.endedAt))
    .prepare(),
);

/** Their refresh tokens go with them. */
export const forgetSessions = query((db) =>
  db
    .delete(sessions)
    .where(or(lt(sessions.endedAt, p('before')), lt(sessions.expiresAt, p('before'))))
    .prepare(),
);

export const insertRefreshToken = query((db) =>
  db
    .insert(refreshTokens)
    .values({ hash: p('hash'), sessionId: p('sessionId'), generation: p('generation'), createdAt: p('createdAt') })
    .prepare(),
);

export const findRefreshToken = query((db) =>
  db
    .select({ generation: refreshTokens.generation, session: sessions })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .where(eq(refreshTokens.hash, p('hash')))
    .prepare(),
);

export const advanceSession = query((db) =>
  db
    .update(sessions)
    .set({ generation: sql`${p('generation')}`, rotatedAt: sql`${p('now')}` })
    .where(eq(sessions.id, p('id')))
    .prepare(),
);

export const touchSession = query((db) =>
  db
    .update(sessions)
    .set({ lastSeenAt: sql`${p('now')}`, expiresAt: sql`${p('expiresAt')}` })
    .where(eq(sessions.id, p('id')))
    .prepare(),
);

/** Tokens that are too old to be accepted even if nothing had followed them. */
export const forgetOldTokens = query((db) =>
  db
    .delete(refreshTokens)
    .where(and(eq(refreshTokens.sessionId, p('sessionId')), lt(refreshTokens.createdAt, p('before'))))
    .prepare(),
);
