import { and, asc, eq, gt, lt, lte, max, sql } from 'drizzle-orm';
import type { Drizzle } from '../../platform/db/query.ts';
import { query } from '../../platform/db/db.ts';
import { messagePlaces, messages, roomMembers, rooms } from '../tables.ts';

const p = sql.placeholder;

/** The messages of a range of `seq`. */
const ofRange = and(gt(messages.seq, p('from')), lte(messages.seq, p('to')));

export const placeMessages = query((db) =>
  db
    .insert(messagePlaces)
    .select(
      db
        .select({ roomId: messages.roomId, position: messages.position, seq: messages.seq })
        .from(messages)
        .where(ofRange)
        .orderBy(asc(messages.roomId), asc(messages.position)),
    )
    .prepare(),
);

const lastOfRooms = (db: Drizzle) =>
  db
    .select({
      roomId: messages.roomId,
      position: max(messages.position).as('last_position'),
      seq: max(messages.seq).as('last_seq'),
    })
    .from(messages)
    .where(ofRange)
    .groupBy(messages.roomId)
    .as('last');

/** Moves the rooms of these messages to the last of them. */
export const moveHeads = query((db) => {
  const last = lastOfRooms(db);
  return db
    .update(rooms)
    .set({ head: sql`${last.position}`, activity: sql`${last.seq}` })
    .from(last)
    .where(eq(rooms.id, last.roomId))
    .prepare();
});

const lastOfAuthors = (db: Drizzle) =>
  db
    .select({
      roomId: messages.roomId,
      authorId: messages.authorId,
      position: max(messages.position).as('last_position'),
    })
    .from(messages)
    .where(and(ofRange, eq(messages.authorKind, 'user')))
    .groupBy(messages.roomId, messages.authorId)
    .as('last');

/** Who posts has read up to their message. */
export const moveReads = query((db) => {
  const last = lastOfAuthors(db);
  return db
    .update(roomMembers)
    .set({ readPosition: sql`${last.position}` })
    .from(last)
    .where(
      and(
        eq(roomMembers.roomId, last.roomId),
        eq(roomMembers.userId, sql`${last.authorId}`),
        lt(roomMembers.readPosition, sql`${last.position}`),
      ),
    )
    .prepare();
});
