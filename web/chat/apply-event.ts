import type { Message } from '@shared/chat/schema.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import type { ChatEvent, ListedRoom, Payloads } from './chat-event.ts';
import { addPage, failPage, openingWindow, receive, sameRevision, trim } from './history-window.ts';
import type { ChatState, HistoryWindow, RoomState } from './state.ts';

type Appliers = { [E in keyof Payloads]: (state: ChatState, payload: Payloads[E], now: number) => ChatState };

/** How long (ms) somebody is taken to be typing after they last said so. */
export const TYPING_LASTS = 6_000;

function without<K extends string, V>(record: Readonly<Record<K, V>>, key: K): Readonly<Record<K, V>> {
  if (!(key in record)) return record;
  const rest: Record<K, V> = { ...record };
  delete rest[key];
  return rest;
}

function patchRoom(state: ChatState, roomId: RoomId, patch: Partial<RoomState>): ChatState {
  const room = state.rooms[roomId];
  if (!room) return state;
  const changed = Object.entries(patch).some(([key, value]) => room[key as keyof RoomState] !== value);
  return changed ? { ...state, rooms: { ...state.rooms, [roomId]: { ...room, ...patch } } } : state;
}

function roomState({ unread: _, ...listed }: ListedRoom, known?: RoomState): RoomState {
  const room: RoomState = { ...listed, lastMessage: listed.lastMessage ?? known?.lastMessage ?? null };
  if (!known) return room;
  // A replayed `room_added` tells of an earlier moment: positions only ever move forwards.
  const lastMessage =
    (known.lastMessage?.position ?? 0) > (room.lastMessage?.position ?? 0) ? known.lastMessage : room.lastMessage;
  return {
    ...room,
    head: Math.max(room.head, known.head),
    readPosition: Math.max(room.readPosition, known.readPosition),
    lastMessage,
  };
}

function dropRoom(state: ChatState, roomId: RoomId): ChatState {
  return {
    ...state,
    rooms: without(state.rooms, roomId),
    windows: without(state.windows, roomId),
    pending: without(state.pending, roomId),
    answers: without(state.answers, roomId),
    typing: without(state.typing, roomId),
    members: without(state.members, roomId),
  };
}

function stopTyping(state: ChatState, roomId: RoomId, userId: UserId): ChatState {
  const room = state.typing[roomId];
  if (!room || !(userId in room)) return state;
  const rest = without(room, userId);
  const typing = Object.keys(rest).length > 0 ? { ...state.typing, [roomId]: rest } : without(state.typing, roomId);
  return { ...state, typing };
}

function dropPending(state: ChatState, roomId: RoomId, clientId: string): ChatState {
  const all = state.pending[roomId];
  const rest = all?.filter((pending) => pending.clientId !== clientId);
  if (!all || !rest || rest.length === all.length) return state;
  const pending = rest.length > 0 ? { ...state.pending, [roomId]: rest } : without(state.pending, roomId);
  return { ...state, pending };
}

const forgetCreated = (state: ChatState, roomId: RoomId): ChatState =>
  state.created.some(({ id }) => id === roomId)
    ? { ...state, created: state.created.filter(({ id }) => id !== roomId) }
    : state;

const isOwn = (state: ChatState, message: Message, clientId: string): boolean =>
  message.clientId === clientId && message.author.kind === 'user' && message.author.id === state.me;

/** The later of the two; of the same message the first, unless it says nothing new. */
function newer(message: Message, known: Message | null): Message {
  if (!known || message.position > known.position) return message;
  if (message.id !== known.id) return known;
  return sameRevision(message, known) ? known : message;
}

const appliers: Appliers = {
  rooms_listed(state, { rooms, complete }) {
    let next: ChatState = { ...state, listed: state.listed || complete };
    if (complete) {
      const ids = new Set<string>(rooms.map(({ id }) => id));
      for (const id of Object.keys(state.rooms) as RoomId[]) if (!ids.has(id)) next = dropRoom(next, id);
    }
    const merged = { ...next.rooms };
    for (const room of rooms) merged[room.id] = roomState(room, merged[room.id]);
    return { ...next, rooms: merged, created: next.created.filter(({ id }) => !(id in merged)) };
  },

  people_listed: (state, { people }) => ({
    ...state,
    people: Object.fromEntries(people.map((person) => [person.id, person])),
  }),

  members_listed: (state, { roomId, members }) => ({ ...state, members: { ...state.members, [roomId]: members } }),

  history_asked(state, { roomId, kind, ticket }) {
    const known = state.windows[roomId];
    if (kind !== 'open' && (!known || known.loading)) return state;
    // What is shown stays until something newer is there to take its place.
    const window: HistoryWindow = known ? { ...known, ticket, loading: kind, arrived: [] } : openingWindow(ticket);
    delete window.error;
    delete window.failed;
    return { ...state, windows: { ...state.windows, [roomId]: window } };
  },

  history_came(state, { roomId, kind, ticket, page }) {
    const window = state.windows[roomId];
    if (!window || window.ticket !== ticket || window.loading !== kind) return state;
    const filled = addPage(window, kind, page);
    const next: ChatState = { ...state, windows: { ...state.windows, [roomId]: filled } };
    const last = filled.after === undefined ? filled.messages.at(-1) : undefined;
    const room = next.rooms[roomId];
    if (!last || !room) return next;
    return patchRoom(next, roomId, {
      head: Math.max(room.head, last.position),
      lastMessage: newer(last, room.lastMessage),
    });
  },

  history_failed(state, { roomId, kind, ticket, error }) {
    const window = state.windows[roomId];
    if (!window || window.ticket !== ticket || window.loading !== kind) return state;
    return { ...state, windows: { ...state.windows, [roomId]: failPage(window, kind, error) } };
  },

  history_trimmed(state, { roomId, keep }) {
    const window = state.windows[roomId];
    const trimmed = window && trim(window, keep);
    return trimmed === window || !trimmed ? state : { ...state, windows: { ...state.windows, [roomId]: trimmed } };
  },

  history_dropped: (state, { roomId }) => ({ ...state, windows: without(state.windows, roomId) }),

  message_pending(state, pending) {
    const rest = (state.pending[pending.roomId] ?? []).filter(({ clientId }) => clientId !== pending.clientId);
    const sent = state.windows[pending.roomId]?.messages.some((message) => isOwn(state, message, pending.clientId));
    if (sent) return state;
    return { ...state, pending: { ...state.pending, [pending.roomId]: [...rest, pending] } };
  },

  message_refused(state, { roomId, clientId, error }) {
    const list = state.pending[roomId]?.map((entry) => (entry.clientId === clientId ? { ...entry, error } : entry));
    return list ? { ...state, pending: { ...state.pending, [roomId]: list } } : state;
  },

  message_discarded: (state, { roomId, clientId }) => dropPending(state, roomId, clientId),

  command_answered(state, answer) {
    const room = state.rooms[answer.roomId];
    if (!room) return state;
    const answers = [...(state.answers[answer.roomId] ?? []), { ...answer, after: room.head }];
    return { ...state, answers: { ...state.answers, [answer.roomId]: answers } };
  },

  answer_dismissed(state, { roomId, id }) {
    const rest = state.answers[roomId]?.filter((answer) => answer.id !== id);
    if (!rest) return state;
    const answers = rest.length > 0 ? { ...state.answers, [roomId]: rest } : without(state.answers, roomId);
    return { ...state, answers };
  },

  time_passed(state, _, now) {
    let next = state;
    for (const [roomId, users] of Object.entries(state.typing) as [RoomId, Record<UserId, number>][]) {
      for (const [userId, until] of Object.entries(users) as [UserId, number][]) {
        if (until <= now) next = stopTyping(next, roomId, userId);
      }
    }
    return next;
  },

  chat_message(state, message) {
    const { roomId } = message;
    const own = message.author.kind === 'user' && message.author.id === state.me;
    let next = own ? dropPending(state, roomId, message.clientId) : state;
    if (message.author.kind === 'user') next = stopTyping(next, roomId, message.author.id as UserId);
    const window = next.windows[roomId];
    const received = window && receive(window, message);
    if (received && received !== window) next = { ...next, windows: { ...next.windows, [roomId]: received } };
    const room = next.rooms[roomId];
    if (!room) return next;
    return patchRoom(next, roomId, {
      head: Math.max(room.head, message.position),
      readPosition: own ? Math.max(room.readPosition, message.position) : room.readPosition,
      lastMessage: newer(message, room.lastMessage),
    });
  },

  member_added(state, { roomId, ...member }) {
    const members = state.members[roomId];
    if (!members) return state;
    const rest = members.filter(({ userId }) => userId !== member.userId);
    return { ...state, members: { ...state.members, [roomId]: [...rest, member] } };
  },

  member_removed(state, { roomId, userId }) {
    if (userId === state.me) return dropRoom(state, roomId);
    const next = stopTyping(state, roomId, userId);
    const members = next.members[roomId];
    if (!members) return next;
    return { ...next, members: { ...next.members, [roomId]: members.filter((member) => member.userId !== userId) } };
  },

  user_typing(state, { roomId, userId, typing }, now) {
    if (userId === state.me) return state;
    if (!typing) return stopTyping(state, roomId, userId);
    const room = { ...state.typing[roomId], [userId]: now + TYPING_LASTS };
    return { ...state, typing: { ...state.typing, [roomId]: room } };
  },

  room_added(state, room) {
    const next = forgetCreated(state, room.id);
    return { ...next, rooms: { ...next.rooms, [room.id]: roomState(room, next.rooms[room.id]) } };
  },

  room_removed: (state, { roomId }) => dropRoom(state, roomId),

  read_moved(state, { roomId, position }) {
    const room = state.rooms[roomId];
    return room ? patchRoom(state, roomId, { readPosition: Math.max(room.readPosition, position) }) : state;
  },

  room_created(state, { id, kind, name }) {
    if (kind !== 'public' || id in state.rooms || state.created.some((room) => room.id === id)) return state;
    return { ...state, created: [...state.created, { id, name }] };
  },

  person_changed(state, person) {
    const presence = state.people[person.id]?.presence ?? 'offline';
    return { ...state, people: { ...state.people, [person.id]: { ...person, presence } } };
  },

  presence(state, { users }) {
    const people = { ...state.people };
    for (const { id, presence } of users) {
      const person = people[id];
      if (person) people[id] = { ...person, presence };
    }
    return { ...state, people };
  },
};

/** The state after an event. Gives the same object back where the event changes nothing. */
export function applyEvent(state: ChatState, event: ChatEvent, now: number): ChatState {
  const apply = appliers[event.event] as (state: ChatState, payload: unknown, now: number) => ChatState;
  return apply(state, event.payload, now);
}
