import type { Clock, Hearth } from '@shared/client/types.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { ChatEvent } from './chat-event.ts';
import type { ChatState } from './state.ts';

/** Reading on is told at most this often (ms). */
const PAUSE = 400;

interface ReadMarkerDeps {
  hearth: Pick<Hearth, 'api'>;
  state: () => ChatState;
  apply: (event: ChatEvent) => void;
  clock: Clock;
}

/** Moves the read position here at once and on the server soon; what fails is told again with the next `flush`. */
export function createReadMarker({ hearth, state, apply, clock }: ReadMarkerDeps) {
  const untold = new Map<RoomId, number>();
  let timer: unknown;

  async function tell(roomId: RoomId, position: number): Promise<void> {
    // Left, or removed from it, since the mark was made.
    if (!state().rooms[roomId]) return void untold.delete(roomId);
    const result = await hearth.api.chat.markRead({ roomId, position });
    const done = result.ok || !result.error.retryable;
    if (done && untold.get(roomId) === position) untold.delete(roomId);
  }

  const flush = (): void => {
    timer = undefined;
    for (const [roomId, position] of untold) void tell(roomId, position);
  };

  return {
    mark(roomId: RoomId, position: number): void {
      const room = state().rooms[roomId];
      if (!room || position <= room.readPosition) return;
      apply({ event: 'read_moved', payload: { roomId, position } });
      untold.set(roomId, position);
      timer ??= clock.setTimeout(flush, PAUSE);
    },
    flush,
    dispose: (): void => clock.clearTimeout(timer),
  };
}
