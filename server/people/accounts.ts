import type { SignedIn } from '@shared/auth/schema.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { Me } from '@shared/people/schema.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import type { Tx } from '../platform/db/db.ts';

/** A session that a transaction opened; its tokens leave the process once that has committed. */
export interface OpenedSession {
  id: string;
  refreshToken: string;
  refreshExpiresAt: number;
}

/** What people need from accounts: the auth domain has it. */
export interface Accounts {
  /** Hashes a password. Takes long, so it comes before the transaction. */
  hashPassword(password: string): Promise<string>;
  storePassword(tx: Tx, userId: UserId, passwordHash: string): Awaitable<unknown>;
  openSession(tx: Tx, userId: UserId, request: RequestInfo): Awaitable<OpenedSession>;
  /** Ends every session of a person, live sockets included, once the transaction has committed. */
  endSessions(tx: Tx, userId: UserId): Awaitable<void>;
  /** The answer that carries a new session's tokens. */
  signedIn(user: Me, session: OpenedSession): Promise<VerbResult<SignedIn>>;
}
