import { useNavigate } from '@solidjs/router';
import { type Accessor, onCleanup } from 'solid-js';
import { roomPath } from './context.tsx';
import { type RoomState, unreadOf } from './state.ts';

/** Alt with ↑ and ↓ goes through the rooms as they are listed; with Shift, through those with something unread. */
export function useRoomShortcuts(rooms: Accessor<RoomState[]>, current: Accessor<string | undefined>): void {
  const navigate = useNavigate();
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = rooms();
    const here = all.findIndex((room) => room.id === current());
    const start = here < 0 && step < 0 ? all.length : here;
    for (let index = start + step; index >= 0 && index < all.length; index += step) {
      const room = all[index];
      if (!room || (event.shiftKey && unreadOf(room) === 0)) continue;
      navigate(roomPath(room.id));
      return;
    }
  }
  document.addEventListener('keydown', onKeyDown);
  onCleanup(() => document.removeEventListener('keydown', onKeyDown));
}
