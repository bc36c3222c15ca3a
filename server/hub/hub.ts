import type { Actor } from '@shared/kernel/actor.ts';
import type { Journalled } from '../modules/context.ts';
import type { Tx } from '../platform/db/db.ts';

/** The transactional event log. Emitting is part of the write; publishing happens after its commit. */
export interface Journal {
  /** Appends an event to a channel's log. Returns its cursor, which holds once the write commits. */
  emit(tx: Tx, channel: string, event: string, payload: unknown, actor: Actor): Journalled;
  /**
   * Replaces the payload of an earlier event, so that an edited or deleted text cannot come back by recovery.
   */
  rewrite(tx: Tx, channel: string, offset: number, payload: unknown): void;
  /** Committed head offset of a channel, 0 when nothing was emitted yet. */
  head(channel: string): number;
  readonly epoch: string;
}

/** What domains may ask of the hub. */
export interface Hub {
  readonly journal: Journal;
  /** Sends an ephemeral event to a channel's subscribers; on a latest-value channel it also becomes the value. */
  publish(channel: string, event: string, payload: unknown): void;
  /** Sends to everybody in the channel but one person's connections. */
  publishExcept(channel: string, userId: string, event: string, payload: unknown): void;
  /** Subscribes all connections of a person, for membership that came while they are online. */
  subscribeUser(userId: string, channel: string): void;
  /** Cuts a person off a channel at once, a running recovery included. */
  unsubscribeUser(userId: string, channel: string): void;
  isOnline(userId: string): boolean;
  /** Online people among those who subscribe to a channel. */
  present(channel: string): string[];
  /** Closes every socket of a session (4500) or person (4501, or the code given). */
  endSession(sessionId: string): void;
  endUser(userId: string, code?: number): void;
  /** Moves the expiry of a session's sockets after a refresh. */
  extendSession(sessionId: string, expiresAt: number): void;
}
