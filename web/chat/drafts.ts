import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import { isString, storage } from '../platform/storage.ts';

/** Saving waits for a pause in typing this long (ms). */
const PAUSE = 300;

const keyOf = (me: UserId, roomId: RoomId): string => `draft:${me}:${roomId}`;

/** The unsent text of one room, kept in this browser. */
export function createDraft(me: UserId, roomId: RoomId) {
  const key = keyOf(me, roomId);
  let unsaved: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (unsaved === undefined) return;
    if (unsaved.trim() === '') storage.remove(key);
    else storage.set(key, unsaved);
    unsaved = undefined;
  }

  return {
    text: storage.get(key, '', isString),
    save(text: string): void {
      unsaved = text;
      timer ??= setTimeout(flush, PAUSE);
    },
    flush,
  };
}
