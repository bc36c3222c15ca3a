import { type Accessor, createEffect, createMemo, createSignal, on, untrack } from 'solid-js';
import { type RoomState, unreadOf } from '../state.ts';

interface NewLineOptions {
  room: Accessor<RoomState>;
  isOwn: (room: RoomState) => boolean;
  /** Whether what arrives now is seen at once. */
  watched: () => boolean;
}

/**
 * Where the "new" line stands: after what was read when the room was opened, or when somebody last looked away. It stays
 * while they read on, and goes when they answer.
 */
export function createNewLine({ room, isOwn, watched }: NewLineOptions) {
  const start = untrack(room);
  const [readUntil, setReadUntil] = createSignal(unreadOf(start) > 0 ? start.readPosition : undefined);
  const head = createMemo(() => room().head);
  createEffect(
    on(
      head,
      () => {
        const now = untrack(room);
        if (isOwn(now)) setReadUntil(undefined);
        else if (unreadOf(now) > 0 && !watched()) setReadUntil((line) => Math.max(line ?? 0, now.readPosition));
      },
      { defer: true },
    ),
  );
  return { readUntil, clear: () => setReadUntil(undefined) };
}
