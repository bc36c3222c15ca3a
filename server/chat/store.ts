import { and, asc, between, desc, eq, getTableColumns, isNull, lt, lte, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { messagePlaces, messages, roomMembers, rooms } from './tables.ts';

const p = sql.placeholder;

const roomColumns = {
  id: rooms.id,
  kind: rooms.kind,
  name: rooms.name,
  topic: rooms.topic,
  people: rooms.people,
  head: rooms.head,
  activity: rooms.activity,
  members: rooms.members,
  createdAt: rooms.createdAt,
};
const joinedColumns = {
  ...roomColumns,
  userId: roomMembers.userId,
  role: roomMembers.role,
  readPosition: roomMembers.readPosition,
};

/** A room as it is for everybody. */
export type RoomRow = Pick<typeof rooms.$inferSelect, keyof typeof roomColumns>;
/** A room as one of its members has it. */
export type JoinedRow = RoomRow & Pick<typeof roomMembers.$inferSelect, 'userId' | 'role' | 'readPosition'>;
export type MessageRow = typeof messages.$inferSelect;

export const findJoined = query((db) =>
  db
    .select(joinedColumns)
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .where(and(eq(roomMembers.roomId, p('roomId')), eq(roomMembers.userId, p('userId')), isNull(rooms.archivedAt)))
    .prepare(),
);

/** Whether there is a room of this id that is not archived. */
export const findOpen = query((db) =>
  db
    .select({ id: rooms.id })
    .from(rooms)
    .where(and(eq(rooms.id, p('roomId')), isNull(rooms.archivedAt)))
    .prepare(),
);

export const findPublic = query((db) =>
  db
    .select(roomColumns)
    .from(rooms)
    .where(and(eq(rooms.id, p('roomId')), eq(rooms.kind, 'public'), isNull(rooms.archivedAt)))
    .prepare(),
);

export const findDefault = query((db) =>
  db
    .select(roomColumns)
    .from(rooms)
    .where(and(eq(rooms.isDefault, true), isNull(rooms.archivedAt)))
    .prepare(),
);

export const findByPurpose = query((db) =>
  db
    .select(roomColumns)
    .from(rooms)
    .where(and(eq(rooms.purpose, p('purpose')), isNull(rooms.archivedAt)))
    .prepare(),
);

export const findDirect = query((db) =>
  db
    .select(joinedColumns)
    .from(rooms)
    .innerJoin(roomMembers, and(eq(roomMembers.roomId, rooms.id), eq(roomMembers.userId, p('userId'))))
    .where(eq(rooms.people, p('people')))
    .prepare(),
);

export const listJoined = query((db) =>
  db
    .select(joinedColumns)
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .where(and(eq(roomMembers.userId, p('userId')), isNull(rooms.archivedAt)))
    .orderBy(desc(rooms.activity), asc(rooms.id))
    .prepare(),
);

export const listRecent = query((db) =>
  db
    .select({ room: joinedColumns, message: messages })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .leftJoin(messagePlaces, and(eq(messagePlaces.roomId, rooms.id), eq(messagePlaces.position, rooms.head)))
    .leftJoin(messages, eq(messages.seq, messagePlaces.seq))
    .where(and(eq(roomMembers.userId, p('userId')), isNull(rooms.archivedAt)))
    .orderBy(desc(rooms.activity), asc(rooms.id))
    .limit(p('limit'))
    .prepare(),
);

export const listOpen = query((db) =>
  db
    .select({
      id: rooms.id,
      name: rooms.name,
      topic: rooms.topic,
      members: rooms.members,
      createdAt: rooms.createdAt,
    })
    .from(rooms)
    .leftJoin(roomMembers, and(eq(roomMembers.roomId, rooms.id), eq(roomMembers.userId, p('userId'))))
    .where(and(eq(rooms.kind, 'public'), isNull(rooms.archivedAt), isNull(roomMembers.userId)))
    .orderBy(desc(rooms.activity), asc(rooms.id))
    .prepare(),
);

export const listPublic = query((db) =>
  db
    .select(roomColumns)
    .from(rooms)
    .where(and(eq(rooms.kind, 'public'), isNull(rooms.archivedAt)))
    .prepare(),
);

export const listRoomIds = query((db) =>
  db
    .select({ id: rooms.id })
    .from(roomMembers)
    .innerJoin(rooms, eq(rooms.id, roomMembers.roomId))
    .where(and(eq(roomMembers.userId, p('userId')), isNull(rooms.archivedAt), lte(rooms.members, p('members'))))
    .prepare(),
);

export const insertRoom = query((db) =>
  db
    .insert(rooms)
    .values({
      id: p('id'),
      kind: p('kind'),
      name: p('name'),
      topic: p('topic'),
      people: p('people'),
      isDefault: p('isDefault'),
      purpose: p('purpose'),
      head: 0,
      members: 0,
      activity: 0,
      createdAt: p('createdAt'),
    })
    .prepare(),
);

export const archiveRoom = query((db) =>
  db
    .update(rooms)
    .set({ archivedAt: sql`${p('at')}` })
    .where(eq(rooms.id, p('roomId')))
    .prepare(),
);

export const findHead = query((db) =>
  db
    .select({ head: rooms.head })
    .from(rooms)
    .where(eq(rooms.id, p('roomId')))
    .prepare(),
);

export const moveHead = query((db) =>
  db
    .update(rooms)
    .set({ head: sql`${p('head')}`, activity: sql`${p('activity')}` })
    .where(eq(rooms.id, p('roomId')))
    .prepare(),
);

export const findMember = query((db) =>
  db
    .select({ userId: roomMembers.userId, role: roomMembers.role, joinedAt: roomMembers.joinedAt })
    .from(roomMembers)
    .where(and(eq(roomMembers.roomId, p('roomId')), eq(roomMembers.userId, p('userId'))))
    .prepare(),
);

export const findOtherOwner = query((db) =>
  db
    .select({ userId: roomMembers.userId })
    .from(roomMembers)
    .where(
      and(
        eq(roomMembers.roomId, p('roomId')),
        eq(roomMembers.role, 'owner'),
        sql`${roomMembers.userId} <> ${p('userId')}`,
      ),
    )
    .limit(1)
    .prepare(),
);

export const listMembers = query((db) =>
  db
    .select({ userId: roomMembers.userId, role: roomMembers.role, joinedAt: roomMembers.joinedAt })
    .from(roomMembers)
    .where(eq(roomMembers.roomId, p('roomId')))
    .orderBy(asc(roomMembers.joinedAt), asc(roomMembers.userId))
    .prepare(),
);

export const insertMember = query((db) =>
  db
    .insert(roomMembers)
    .values({
      roomId: p('roomId'),
      userId: p('userId'),
      role: p('role'),
      joinedAt: p('joinedAt'),
      readPosition: p('readPosition'),
    })
    .prepare(),
);

export const deleteMember = query((db) =>
  db
    .delete(roomMembers)
    .where(and(eq(roomMembers.roomId, p('roomId')), eq(roomMembers.userId, p('userId'))))
    .prepare(),
);

export const countMembers = query((db) =>
  db
    .update(rooms)
    .set({ members: sql`${rooms.members} + ${p('by')}` })
    .where(eq(rooms.id, p('roomId')))
    .prepare(),
);

export const moveRead = query((db) =>
  db
    .update(roomMembers)
    .set({ readPosition: sql`${p('position')}` })
    .where(
      and(
        eq(roomMembers.roomId, p('roomId')),
        eq(roomMembers.userId, p('userId')),
        lt(roomMembers.readPosition, p('position')),
      ),
    )
    .prepare(),
);

export const insertMessage = query((db) =>
  db
    .insert(messages)
    .values({
      id: p('id'),
      roomId: p('roomId'),
      position: p('position'),
      authorKind: p('authorKind'),
      authorId: p('authorId'),
      clientId: p('clientId'),
      body: p('body'),
      replyTo: p('replyTo'),
      threadId: p('threadId'),
      createdAt: p('createdAt'),
      seq: p('seq'),
      offset: p('offset'),
    })
    .onConflictDoNothing({ target: [messages.clientId, messages.authorId, messages.authorKind] })
    .prepare(),
);

export const findSent = query((db) =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.clientId, p('clientId')),
        eq(messages.authorId, p('authorId')),
        eq(messages.authorKind, p('authorKind')),
      ),
    )
    .prepare(),
);

export const findInRoom = query((db) =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.id, p('id')), eq(messages.roomId, p('roomId'))))
    .prepare(),
);

export const listBetween = query((db) =>
  db
    .select(getTableColumns(messages))
    .from(messagePlaces)
    .innerJoin(messages, eq(messages.seq, messagePlaces.seq))
    .where(and(eq(messagePlaces.roomId, p('roomId')), between(messagePlaces.position, p('from'), p('to'))))
    .orderBy(asc(messagePlaces.position))
    .prepare(),
);
