import type { Actor } from '@shared/kernel/actor.ts';
import type { Access } from '@shared/kernel/contract.ts';
import type { Result } from '@shared/kernel/result.ts';

export type Role = Exclude<Access, 'public'>;

/** Who a request or connection speaks for, proven by a token. */
export interface Identity {
  userId: string;
  name: string;
  role: Role;
  sessionId: string;
  /** When the token that proved it expires, in milliseconds. */
  expiresAt: number;
}

/** What a request carries to prove who sent it. `token` came in a Bearer header or, with `byCookie`, in the cookie. */
export interface Credentials {
  token?: string;
  byCookie: boolean;
  ticket?: string;
  refreshToken?: string;
}

/** Proves identities. The auth domain implements it; http and hub only ask. */
export interface Authenticator {
  /** The identity of a valid, unexpired token of a live session. */
  verifyToken(token: string): Promise<Identity | undefined>;
  /** Uses a ticket up. `origin` is the connecting page's, to be matched with the one the ticket is bound to. */
  redeemTicket(ticket: string, origin: string | undefined): Promise<Identity | undefined>;
}

/** What a verb of the auth or people module may do to the caller's cookies. */
export type SessionChange =
  | { kind: 'issue'; token: string; expiresAt: number; refreshToken: string; refreshExpiresAt: number }
  | { kind: 'clear' };

export type VerbResult<T> = Result<T> & { session?: SessionChange };

const ranks: Record<Access, number> = { public: 0, guest: 1, member: 2, admin: 3 };

/** Whether a role reaches an access level. */
export const reaches = (role: Role, access: Access): boolean => ranks[role] >= ranks[access];

export const userActor = (userId: string): Actor => ({ kind: 'user', id: userId });
