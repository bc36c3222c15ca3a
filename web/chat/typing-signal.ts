import type { Hearth } from '@shared/client/types.ts';
import type { RoomId } from '@shared/kernel/ids.ts';

/** While somebody types, the others are told this often (ms): well within the time they believe it. */
const REPEAT = 3_000;

interface TypingDeps {
  hearth: Pick<Hearth, 'ws' | 'api' | 'state'>;
  now: () => number;
}

/** Tells the others of a room that we type, and when we no longer do. */
export function createTypingSignal({ hearth, now }: TypingDeps) {
  let told: { roomId: RoomId; at: number } | undefined;
  const send = (roomId: RoomId, typing: boolean): boolean => {
    if (hearth.ws.signal('user_typing', `room:${roomId}`, { typing })) return true;
    // No socket passes, but calls do.
    if (hearth.state.get().connection.status !== 'degraded') return false;
    void hearth.api.chat.setTyping({ roomId, typing });
    return true;
  };

  const stop = (): void => {
    if (!told) return;
    send(told.roomId, false);
    told = undefined;
  };
  return {
    typed(roomId: RoomId): void {
      if (told?.roomId === roomId && now() - told.at < REPEAT) return;
      if (told && told.roomId !== roomId) stop();
      if (send(roomId, true)) told = { roomId, at: now() };
    },
    stop,
    /** The message that is sent says it already. */
    sent(): void {
      told = undefined;
    },
  };
}
