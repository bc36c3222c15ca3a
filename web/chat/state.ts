import type { Message, Room, RoomMember } from '@shared/chat/schema.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Person } from '@shared/people/schema.ts';

/** A room of ours. How much of it is unread follows from `head` and `readPosition`, see `unreadOf`. */
export interface RoomState extends Omit<Room, 'unread'> {
  lastMessage: Message | null;
}

/** The part of a room's history that is loaded: without holes, oldest first. */
export interface HistoryWindow {
  /** `opening`: the first page is on its way. */
  status: 'opening' | 'ready' | 'failed';
  messages: readonly Message[];
  /**
   * Cursors; a missing one means that the history ends there. `before` is a position where messages were dropped again
   * and no cursor leads to them.
   */
  before?: string | number;
  after?: string;
  /** Which answer belongs to this window: a page asked for by an earlier one is dropped. */
  ticket: number;
  loading?: 'open' | 'before' | 'after';
  error?: HearthError;
  /** Which page the error is about. */
  failed?: 'open' | 'before' | 'after';
  /** Messages that came while a page was on its way and may or may not be in it. */
  arrived: readonly Message[];
}

/** A message of ours that the server has not confirmed. */
export interface PendingMessage {
  clientId: string;
  roomId: RoomId;
  text: string;
  createdAt: number;
  /** Set once the server refused it. */
  error?: HearthError;
}

/** What a command of ours answered to us alone. Nobody else sees it, and it is gone with the page. */
export interface PrivateAnswer {
  id: string;
  roomId: RoomId;
  /** As it was written: `/dice 2d6`. */
  command: string;
  /** The module that answered. */
  module: string | undefined;
  text: string;
  createdAt: number;
  /** It stands below the message of this position. */
  after: number;
}

export interface CreatedRoom {
  id: RoomId;
  name: string;
}

export interface ChatState {
  me: UserId | undefined;
  /** Whether the complete list of rooms has been loaded. */
  listed: boolean;
  rooms: Readonly<Record<RoomId, RoomState>>;
  windows: Readonly<Record<RoomId, HistoryWindow>>;
  pending: Readonly<Record<RoomId, readonly PendingMessage[]>>;
  answers: Readonly<Record<RoomId, readonly PrivateAnswer[]>>;
  /** Who types in a room, and until when (ms) that is believed without being told again. */
  typing: Readonly<Record<RoomId, Readonly<Record<UserId, number>>>>;
  /** Loaded for the rooms whose members somebody looked at. */
  members: Readonly<Record<RoomId, readonly RoomMember[]>>;
  people: Readonly<Record<UserId, Person>>;
  /** Public rooms made while we watched that we are not in. */
  created: readonly CreatedRoom[];
}

export const emptyChat = (me?: UserId): ChatState => ({
  me,
  listed: false,
  rooms: {},
  windows: {},
  pending: {},
  answers: {},
  typing: {},
  members: {},
  people: {},
  created: [],
});

export const unreadOf = (room: Pick<RoomState, 'head' | 'readPosition'>): number =>
  Math.max(0, room.head - room.readPosition);

export const totalUnread = (state: ChatState): number => {
  let total = 0;
  for (const room of Object.values<RoomState>(state.rooms)) total += unreadOf(room);
  return total;
};

/** When something last happened in the room (ms). */
export const activeAt = (room: RoomState): number => room.lastMessage?.createdAt ?? room.createdAt;

/** Who types there now, without ourselves. */
export const typingIn = (state: ChatState, roomId: RoomId): UserId[] =>
  Object.keys(state.typing[roomId] ?? {}).filter((id) => id !== state.me) as UserId[];
