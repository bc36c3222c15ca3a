import type { Room } from '@shared/chat/schema.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { JoinedRow, RoomRow } from './store.ts';

/** A room as the person sees it whose role and read position are given. */
export const roomAs = (room: RoomRow, { role, readPosition }: Pick<JoinedRow, 'role' | 'readPosition'>): Room => ({
  id: room.id,
  kind: room.kind,
  name: room.name,
  topic: room.topic,
  createdAt: room.createdAt,
  role,
  unread: room.head - readPosition,
  head: room.head,
  readPosition,
  people: room.people === null ? [] : (room.people.split(',') as UserId[]),
});
