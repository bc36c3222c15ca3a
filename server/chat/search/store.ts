import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, lte, sql } from 'drizzle-orm';
import { integer, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { query } from '../../platform/db/db.ts';
import { messages, roomMembers, rooms } from '../tables.ts';

const p = sql.placeholder;

// Made by a migration of their own: drizzle-kit knows no FTS5. The index keeps words only and finds the texts in the view.
const messageSearch = sqliteTable('message_search', { rowid: integer().notNull(), text: text().notNull() });
const messageText = sqliteView('message_text', { seq: integer().notNull(), text: text().notNull() }).existing();

/** Puts the texts of the messages of a range of `seq` into the index: one statement, for FTS5 writes a segment for each. */
export const indexTexts = query((db) =>
  db
    .insert(messageSearch)
    .select(
      db
        .select({ rowid: messageText.seq, text: messageText.text })
        .from(messageText)
        .where(and(gt(messageText.seq, p('from')), lte(messageText.seq, p('to'))))
        .orderBy(asc(messageText.seq)),
    )
    .prepare(),
);

/** Newest first, of the rooms that a person is in; what was found stands between `open` and `close`. */
export const findTexts = query((db) =>
  db
    .select({
      message: getTableColumns(messages),
      snippet: sql<string>`snippet(message_search, 0, ${p('open')}, ${p('close')}, '…', 24)`,
    })
    .from(messageSearch)
    .innerJoin(messages, eq(messages.seq, messageSearch.rowid))
    .innerJoin(roomMembers, and(eq(roomMembers.roomId, messages.roomId), eq(roomMembers.userId, p('userId'))))
    .innerJoin(rooms, eq(rooms.id, messages.roomId))
    .where(
      and(
        sql`message_search MATCH ${p('match')}`,
        lt(messageSearch.rowid, p('before')),
        sql`(${p('roomId')} IS NULL OR ${messages.roomId} = ${p('roomId')})`,
        isNull(messages.deletedAt),
        isNull(rooms.archivedAt),
      ),
    )
    .orderBy(desc(messageSearch.rowid))
    .limit(p('limit'))
    .prepare(),
);
