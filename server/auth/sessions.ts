import type { SessionId } from '@shared/kernel/ids.ts';
import type { Session } from '@shared/auth/schema.ts';
import type { Hub } from '../hub/hub.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Reader, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import type { OpenedSession } from '../people/people.ts';
import { ACCESS_LIFETIME } from './access-tokens.ts';
import { RevokedSessions } from './revoked-sessions.ts';
import {
  endOwnSession,
  endUserSessions,
  forgetSessions,
  insertRefreshToken,
  insertSession,
  listLiveSessions,
  sessionsEndedSince,
} from './store.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds that a session lives without being refreshed. */
export const SESSION_LIFETIME = 30 * DAY;

export interface SessionsDeps {
  db: Db;
  hub: Pick<Hub, 'endSession'>;
  clock: Clock;
  ids: Ids;
}

const hashOf = (token: string): string => new Bun.CryptoHasher('sha256').update(token).digest('base64url');

/** What people see as their signed-in devices. */
export function createSessions({ db, hub, clock, ids }: SessionsDeps) {
  const revoked = new RevokedSessions(clock, ACCESS_LIFETIME);

  const ended = (tx: Tx, rows: readonly { id: string }[], now: number): void => {
    for (const { id } of rows)
      tx.afterCommit(() => {
        revoked.add(id, now);
        hub.endSession(id);
      });
  };

  /** Adds a refresh token of a generation to a session's family. */
  const addToken = async (tx: Tx, sessionId: SessionId, generation: number): Promise<OpenedSession> => {
    const now = clock.now();
    const refreshToken = ids.secret(32);
    await tx.run(insertRefreshToken, { hash: hashOf(refreshToken), sessionId, generation, createdAt: now });
    return { id: sessionId, refreshToken, refreshExpiresAt: now + SESSION_LIFETIME };
  };

  return {
    hashOf,
    addToken,

    isRevoked: (sessionId: string): boolean => revoked.has(sessionId),

    async open(tx: Tx, userId: string, { userAgent, ip }: RequestInfo): Promise<OpenedSession> {
      const now = clock.now();
      const id = ids.next('ses');
      await tx.run(insertSession, { id, userId, userAgent, ip, now, expiresAt: now + SESSION_LIFETIME });
      return addToken(tx, id, 1);
    },

    async list(reader: Reader, userId: string, currentId: string): Promise<Session[]> {
      const rows = await reader.all(listLiveSessions, { userId, now: clock.now() });
      return rows.map(({ id, userAgent, ip, createdAt, lastSeenAt }) => ({
        id,
        current: id === currentId,
        userAgent,
        ip,
        createdAt,
        lastSeenAt,
      }));
    },

    /** Ends one session of a person; false when they have no such live session. */
    async end(tx: Tx, userId: string, id: string): Promise<boolean> {
      const now = clock.now();
      const row = await tx.get(endOwnSession, { id, userId, now });
      if (row) ended(tx, [row], now);
      return row !== undefined;
    },

    async endAll(tx: Tx, userId: string): Promise<void> {
      const now = clock.now();
      ended(tx, await tx.all(endUserSessions, { userId, now }), now);
    },

    /** Remembers, after a restart, whose tokens are worthless. */
    async load(): Promise<void> {
      const rows = await db.read.all(sessionsEndedSince, { since: clock.now() - ACCESS_LIFETIME });
      for (const { id, endedAt } of rows) if (endedAt !== null) revoked.add(id, endedAt);
    },

    /** Forgets what ended or expired a day ago. */
    prune: (): Promise<void> =>
      db.write(async (tx) => {
        await tx.run(forgetSessions, { before: clock.now() - DAY });
      }),
  };
}

export type Sessions = ReturnType<typeof createSessions>;
