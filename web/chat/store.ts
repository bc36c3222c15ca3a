import type { Clock, Hearth } from '@shared/client/types.ts';
import type { RoomPreview } from '@shared/chat/schema.ts';
import type { EventMap } from '@shared/events.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import { type Accessor, batch, createSignal } from 'solid-js';
import { monotonicFactory } from 'ulid';
import { applyEvent } from './apply-event.ts';
import { type ChatEvent, hubEvents } from './chat-event.ts';
import { createOutgoing } from './outgoing.ts';
import { createReadMarker } from './read-marker.ts';
import { createRoomHistory } from './room-history.ts';
import { type ChatState, emptyChat } from './state.ts';
import { createTypingSignal } from './typing-signal.ts';

export interface ChatOptions {
  hearth: Hearth;
  me: UserId;
  clock?: Clock;
  newId?: () => string;
}

const browserClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as number | undefined),
};

/** Typing that nobody renewed is taken down this often (ms). */
const SWEEP = 1_000;

/** Everything about chat that a signed-in page knows, kept up to date by the hub's events until it is disposed. */
export function createChatStore({ hearth, me, clock = browserClock, newId = monotonicFactory() }: ChatOptions) {
  const [state, setState] = createSignal<ChatState>(emptyChat(me));
  const [listError, setListError] = createSignal<HearthError>();
  const [openRoom, setOpenRoom] = createSignal<RoomId>();
  const now = (): number => clock.now();
  let sweeping: unknown;

  function apply(event: ChatEvent): void {
    const next = applyEvent(state(), event, now());
    setState(next);
    if (Object.keys(next.typing).length > 0) {
      sweeping ??= clock.setTimeout(() => {
        sweeping = undefined;
        apply({ event: 'time_passed', payload: {} });
      }, SWEEP);
    }
  }

  const deps = { hearth, state, apply, clock, now, newId };
  const history = createRoomHistory(deps);
  const outgoing = createOutgoing(deps);
  const reading = createReadMarker(deps);
  const typing = createTypingSignal(deps);

  // Rooms that come or go while the list is on its way would be undone by it: then it is asked for once more.
  let listing = false;
  let outdated = false;
  async function listRooms(): Promise<void> {
    outdated = listing;
    if (listing) return;
    listing = true;
    const result = await hearth.api.chat.listRooms();
    listing = false;
    if (!result.ok) {
      setListError(result.error);
      return;
    }
    batch(() => {
      setListError(undefined);
      apply({ event: 'rooms_listed', payload: { rooms: result.data, complete: !outdated } });
    });
    if (outdated) return listRooms();
    void outgoing.adopt();
    history.heal((roomId) => roomId === openRoom());
  }

  async function listPeople(): Promise<void> {
    const result = await hearth.api.people.list();
    if (result.ok) apply({ event: 'people_listed', payload: { people: result.data } });
  }

  async function listMembers(roomId: RoomId): Promise<HearthError | undefined> {
    const result = await hearth.api.chat.members({ roomId });
    if (!result.ok) return result.error;
    apply({ event: 'members_listed', payload: { roomId, members: result.data } });
    return undefined;
  }

  function welcome(given: unknown): void {
    const chat = given as { rooms?: RoomPreview[] } | undefined;
    if (chat?.rooms) apply({ event: 'rooms_listed', payload: { rooms: chat.rooms, complete: false } });
  }

  function reset(channel: string): void {
    const [kind, id] = channel.split(':');
    if (kind === 'room' && id) {
      const roomId = id as RoomId;
      if (roomId === openRoom()) void history.reload(roomId);
      else apply({ event: 'history_dropped', payload: { roomId } });
      if (state().members[roomId]) void listMembers(roomId);
    }
    if (kind === 'room' || kind === 'user') void listRooms();
    if (kind === 'global') void listPeople();
  }

  const listen = <E extends keyof EventMap & ChatEvent['event']>(event: E): (() => void) =>
    hearth.events.on(event, (payload) => {
      if (event === 'room_added' || event === 'room_removed') outdated ||= listing;
      apply({ event, payload } as ChatEvent);
    });
  const ends = [
    ...hubEvents.map((event) => listen(event)),
    hearth.events.onReset(reset),
    hearth.events.onOnline(() => {
      reading.flush();
      void outgoing.adopt();
      void listPeople();
      if (!state().listed || listError()) void listRooms();
      const roomId = openRoom();
      if (roomId && state().windows[roomId]?.error) void history.reload(roomId);
    }),
    hearth.state.subscribe((next, previous) => {
      if (next.welcome && next.welcome !== previous.welcome) welcome(next.welcome.state['chat']);
    }),
  ];

  welcome(hearth.state.get().welcome?.state['chat']);
  void listRooms();
  void listPeople();

  return {
    state: state as Accessor<ChatState>,
    /** Why the list of rooms could not be loaded. */
    listError,
    api: hearth.api.chat,
    apply,
    history,
    outgoing,
    reading,
    typing,
    newId,
    /** Shows what a command answered to us alone. */
    answered(
      roomId: RoomId,
      { name, text, module }: { name: string; text: string; module: string | undefined },
      reply: string,
    ) {
      const answer = { id: newId(), roomId, command: `/${name} ${text}`.trim(), module, text: reply, createdAt: now() };
      apply({ event: 'command_answered', payload: answer });
    },
    listRooms,
    listMembers,
    /** The room on the screen. */
    openRoom,
    setOpenRoom,
    dispose(): void {
      for (const end of ends) end();
      reading.dispose();
      clock.clearTimeout(sweeping);
    },
  };
}
export type ChatStore = ReturnType<typeof createChatStore>;
