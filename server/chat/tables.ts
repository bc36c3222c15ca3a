import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { MessageBody } from '@shared/chat/schema.ts';
import type { MessageId, RoomId, UserId } from '@shared/kernel/ids.ts';

// Rooms are archived and messages become tombstones: nothing here is ever deleted under a reference, so foreign keys
// would only cost on the hot path.

export const rooms = sqliteTable(
  'rooms',
  {
    id: text().$type<RoomId>().primaryKey(),
    kind: text({ enum: ['public', 'private', 'direct'] }).notNull(),
    name: text().notNull(),
    topic: text().notNull(),
    /** Of a direct room: its people's ids, sorted and joined by commas. One room per set of people. */
    people: text(),
    /** New people enter this one. */
    isDefault: integer('is_default', { mode: 'boolean' }).notNull(),
    /** What a room is for that Hearth itself made; one of each. */
    purpose: text({ enum: ['admins'] }),
    /** Position of the last message; stored behind, see `derived.ts`. */
    head: integer().notNull(),
    /** How many people are in it. */
    members: integer().notNull(),
    /** Journal seq of the last message: clocks jump, this only grows. */
    activity: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    archivedAt: integer('archived_at'),
  },
  (table) => [
    uniqueIndex('rooms_people').on(table.people),
    uniqueIndex('rooms_default')
      .on(table.isDefault)
      .where(sql`is_default = 1`),
    uniqueIndex('rooms_purpose')
      .on(table.purpose)
      .where(sql`archived_at IS NULL`),
  ],
);

/** Who is in which room, and how far each has read there: the one row per (user, room) that unread counts need. */
export const roomMembers = sqliteTable(
  'room_members',
  {
    roomId: text('room_id').$type<RoomId>().notNull(),
    userId: text('user_id').$type<UserId>().notNull(),
    role: text({ enum: ['owner', 'member'] }).notNull(),
    joinedAt: integer('joined_at').notNull(),
    readPosition: integer('read_position').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.userId] }),
    index('room_members_user').on(table.userId, table.roomId),
  ],
);

export const messages = sqliteTable(
  'messages',
  {
    /** Of its `chat_message` event. The table grows at its end, whatever the room. */
    seq: integer().primaryKey(),
    id: text().$type<MessageId>().notNull(),
    roomId: text('room_id').$type<RoomId>().notNull(),
    /** Dense within the room, from 1. */
    position: integer().notNull(),
    authorKind: text('author_kind', {
      enum: ['user', 'bot', 'module', 'workflow', 'assistant', 'system'],
    }).notNull(),
    authorId: text('author_id').notNull(),
    clientId: text('client_id').notNull(),
    body: text({ mode: 'json' }).$type<MessageBody>().notNull(),
    replyTo: text('reply_to').$type<MessageId>(),
    threadId: text('thread_id').$type<MessageId>(),
    createdAt: integer('created_at').notNull(),
    editedAt: integer('edited_at'),
    deletedAt: integer('deleted_at'),
    /** With `seq` the cursor of its event: a message sent twice is acknowledged with it again. */
    offset: integer().notNull(),
  },
  (table) => [
    uniqueIndex('messages_id').on(table.id),
    // Ids of clients that grow, like ours, come in at its end whoever wrote.
    uniqueIndex('messages_client_id').on(table.clientId, table.authorId, table.authorKind),
  ],
);

/** Where the messages of each room are: their index, stored behind for many at once. `WITHOUT ROWID`. */
export const messagePlaces = sqliteTable(
  'message_places',
  {
    roomId: text('room_id').$type<RoomId>().notNull(),
    position: integer().notNull(),
    seq: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.position] })],
);
