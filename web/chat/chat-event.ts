import type { Message, Room, RoomMember } from '@shared/chat/schema.ts';
import type { EventMap } from '@shared/events.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Page } from '@shared/kernel/paging.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Person } from '@shared/people/schema.ts';
import type { PageKind } from './history-window.ts';
import type { PendingMessage, PrivateAnswer } from './state.ts';

/** A room as `listRooms` gives it, or with its last message as `welcome` does. */
export type ListedRoom = Room & { lastMessage?: Message | null };

/** What this page itself adds to the events of the hub. */
interface LocalEvents {
  /** `complete`: rooms that are not in it are no longer ours. */
  rooms_listed: { rooms: readonly ListedRoom[]; complete: boolean };
  people_listed: { people: readonly Person[] };
  members_listed: { roomId: RoomId; members: readonly RoomMember[] };
  history_asked: { roomId: RoomId; kind: PageKind; ticket: number };
  history_came: { roomId: RoomId; kind: PageKind; ticket: number; page: Page<Message> };
  history_failed: { roomId: RoomId; kind: PageKind; ticket: number; error: HearthError };
  history_trimmed: { roomId: RoomId; keep: number };
  history_dropped: { roomId: RoomId };
  message_pending: PendingMessage;
  message_refused: { roomId: RoomId; clientId: string; error: HearthError };
  message_discarded: { roomId: RoomId; clientId: string };
  command_answered: Omit<PrivateAnswer, 'after'>;
  answer_dismissed: { roomId: RoomId; id: string };
  time_passed: Record<string, never>;
}

export const hubEvents = [
  'chat_message',
  'member_added',
  'member_removed',
  'user_typing',
  'room_added',
  'room_removed',
  'read_moved',
  'room_created',
  'person_changed',
  'presence',
] as const satisfies (keyof EventMap)[];

export type Payloads = Pick<EventMap, (typeof hubEvents)[number]> & LocalEvents;
export type ChatEvent = { [E in keyof Payloads]: { event: E; payload: Payloads[E] } }[keyof Payloads];
