import type { ChannelNamespace } from '../modules/module.ts';
import type { Registry } from '../modules/registry.ts';
import type { Consumer, ConsumerOptions } from './consumers.ts';
import type { Journal } from './journal.ts';

export type { Journal } from './journal.ts';

/** What domains may ask of the hub. */
export interface Hub {
  readonly journal: Journal;
  /** Follows the journal from where the consumer of this name stopped: in order, at least once. */
  consume(options: ConsumerOptions): Consumer;
  /** The namespace of a channel and the module that rules it; undefined where there is no such channel. */
  rulerOf(channel: string): { module: string; namespace: ChannelNamespace } | undefined;
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
  /** Closes every socket and stream of a session (4500) or person (4501). */
  endSession(sessionId: string): void;
  endUser(userId: string): void;
  /** Moves the expiry of a session's sockets and streams after a refresh. */
  extendSession(sessionId: string, expiresAt: number): void;
  /** Hands over the modules whose functions frames call. Once, before the first connection. */
  serve(registry: Registry): void;
}
