import './room.css';
import { createSignal, onCleanup, onMount } from 'solid-js';
import { lastRoom } from '../../platform/last-room.ts';
import { Composer } from '../composer/Composer.tsx';
import { TypingLine } from '../composer/TypingLine.tsx';
import { useChat } from '../context.tsx';
import type { RoomState } from '../state.ts';
import { Timeline } from '../timeline/Timeline.tsx';
import { RoomHeader } from './RoomHeader.tsx';

export interface RoomPaneProps {
  room: RoomState;
  detailsShown: boolean;
  onDetails: () => void;
}

const typesIn = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable], [role="dialog"] *');

/** One room, from header to composer. Made anew for each room. */
export function RoomPane(props: RoomPaneProps) {
  const { store, me } = useChat();
  const roomId = props.room.id;
  const [field, setField] = createSignal<HTMLTextAreaElement>();
  const [sent, setSent] = createSignal(0);

  store.setOpenRoom(roomId);
  void store.history.open(roomId);
  lastRoom.remember(me, roomId);
  onCleanup(() => {
    if (store.openRoom() === roomId) store.setOpenRoom(undefined);
    store.history.leave(roomId);
  });

  // On a touch screen the focus would bring up the keyboard before anybody wants to write.
  onMount(() => {
    if (!matchMedia('(pointer: coarse)').matches) field()?.focus({ preventScroll: true });
  });

  function toComposer(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || typesIn(event.target)) return;
    field()?.focus();
  }
  document.addEventListener('keydown', toComposer);
  onCleanup(() => document.removeEventListener('keydown', toComposer));

  return (
    <div class="room">
      <RoomHeader room={props.room} detailsShown={props.detailsShown} onDetails={() => props.onDetails()} />
      <Timeline room={props.room} sent={sent()} />
      <div class="room-foot">
        <TypingLine roomId={roomId} />
        <Composer room={props.room} ref={setField} onSent={() => setSent((count) => count + 1)} />
      </div>
    </div>
  );
}
