import type { chatEvents } from '@shared/chat/events.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import type { Journalled } from '../modules/context.ts';
import type { Tx } from '../platform/db/db.ts';
import type { ChatHub } from './deps.ts';

type ChatEvents = { [E in keyof typeof chatEvents]: (typeof chatEvents)[E]['_zod']['output'] };

export const roomChannel = (roomId: string): string => `room:${roomId}`;
export const userChannel = (userId: string): string => `user:${userId}`;
export const GLOBAL = 'global';

/** `journal.emit`, held to the payload that the event's schema states. */
export const emit = <E extends keyof ChatEvents>(
  hub: ChatHub,
  tx: Tx,
  channel: string,
  event: E,
  payload: ChatEvents[E],
  actor: Actor,
): Promise<Journalled> => hub.journal.emit(tx, channel, event, payload, actor);

/** `hub.publishExcept`, likewise. */
export const signalOthers = <E extends keyof ChatEvents>(
  hub: ChatHub,
  channel: string,
  userId: string,
  event: E,
  payload: ChatEvents[E],
): void => hub.publishExcept(channel, userId, event, payload);
