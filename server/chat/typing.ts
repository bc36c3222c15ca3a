import type { RoomId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { roomToUse } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { roomChannel, signalOthers } from './events.ts';

/** One "types" per person, room and this many milliseconds. */
const THROTTLE = 2_000;
/** After so many milliseconds the others have forgotten by themselves that somebody typed. */
const FORGOTTEN = 8_000;

interface Told {
  at: number;
  typing: boolean;
}

export type SetTyping = (
  ctx: Context,
  input: { roomId: RoomId; typing: boolean },
) => Promise<Result<Record<string, never>>>;

/** Typing is passed on to the others in the room and stored nowhere. */
export function createTyping(d: ChatDeps): SetTyping {
  const { hub, clock } = d;
  // The longest untouched come first, so that forgetting them needs no timer.
  const told = new Map<string, Told>();

  const forget = (now: number): void => {
    for (const [key, { at }] of told) {
      if (now - at < FORGOTTEN) return;
      told.delete(key);
    }
  };

  /** Whether the others need to hear it. */
  const isNews = (key: string, typing: boolean): boolean => {
    const now = clock.now();
    forget(now);
    const last = told.get(key);
    if (typing ? last && now - last.at < THROTTLE : !last?.typing) return false;
    told.delete(key);
    told.set(key, { at: typing ? now : (last?.at ?? now), typing });
    return true;
  };

  return async (ctx, { roomId, typing }) => {
    const room = await roomToUse(d, d.db.read, ctx, roomId);
    if (!room.ok) return room;
    const { userId } = room.data;
    if (isNews(`${roomId} ${userId}`, typing))
      signalOthers(hub, roomChannel(roomId), userId, 'user_typing', { roomId, userId, typing });
    return ok();
  };
}
