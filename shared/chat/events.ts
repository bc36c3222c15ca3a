import { z } from 'zod';
import { RoomId, UserId } from '../kernel/ids.ts';
import { Message, Position, Room, RoomKind, RoomMember } from './schema.ts';

/** Journalled on `room:<id>`. */
export const roomEvents = {
  chat_message: Message,
  member_added: RoomMember.extend({ roomId: RoomId }),
  member_removed: z.object({ roomId: RoomId, userId: UserId }),
};

/** Ephemeral on `room:<id>`. */
export const roomSignals = {
  user_typing: z.object({ roomId: RoomId, userId: UserId, typing: z.boolean() }),
  user_join: z.object({ roomId: RoomId, userId: UserId }),
  user_leave: z.object({ roomId: RoomId, userId: UserId }),
};

/** Journalled on `user:<id>`: what concerns one person on all their devices. */
export const personalEvents = {
  room_added: Room,
  room_removed: z.object({ roomId: RoomId }),
  read_moved: z.object({ roomId: RoomId, position: Position }),
};

/** Journalled on `global`: a public room appeared. */
export const globalChatEvents = {
  room_created: z.object({ id: RoomId, kind: RoomKind, name: z.string() }),
};

export const chatEvents = { ...roomEvents, ...roomSignals, ...personalEvents, ...globalChatEvents };
