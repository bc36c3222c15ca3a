import type { RoomPreview } from '@shared/chat/schema.ts';
import type { ChatDeps } from './deps.ts';
import { byActivity, joinedWithRecent } from './derived/derived.ts';
import { messageOf } from './messages.ts';
import { roomAs } from './room-view.ts';
import { listRecent } from './store.ts';

const MOST_ROOMS = 50;
/** No limit, in SQLite's word. */
const EVERY = -1;
/** Bytes of the whole package, as JSON. */
const MOST_BYTES = 48 * 1024;
/** Bytes of one message: a long one must not crowd the other rooms' out. */
const MOST_MESSAGE_BYTES = 2 * 1024;

export interface ChatWelcome {
  rooms: RoomPreview[];
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

/**
 * The most recently active rooms of a person, as many as fit, and then as many last messages as fit. A message is there
 * whole or not at all (`lastMessage: null` beside `head > 0`): a shortened one could be taken for the message.
 */
export async function welcomePackage({ db, derived }: ChatDeps, userId: string): Promise<ChatWelcome> {
  const rooms: RoomPreview[] = [];
  let left = MOST_BYTES - bytesOf({ rooms });
  const { recent } = derived;
  // A room that was posted to just now may stand far behind in the database.
  const found = await db.read.all(listRecent, { userId, limit: recent.size > 0 ? EVERY : MOST_ROOMS });
  const rows = found
    .map(({ room, message }) => ({
      room: joinedWithRecent(room, userId, recent),
      message: recent.get(room.id)?.at(-1) ?? message,
    }))
    .sort((a, b) => byActivity(a.room, b.room))
    .slice(0, MOST_ROOMS);
  for (const { room } of rows) {
    const preview: RoomPreview = { ...roomAs(room, room), lastMessage: null };
    left -= bytesOf(preview);
    if (left < 0) break;
    rooms.push(preview);
  }
  for (const [index, preview] of rooms.entries()) {
    const row = rows[index]?.message;
    if (!row) continue;
    const lastMessage = messageOf(row);
    const bytes = bytesOf(lastMessage);
    if (bytes > MOST_MESSAGE_BYTES || bytes > left) continue;
    left -= bytes;
    preview.lastMessage = lastMessage;
  }
  return { rooms };
}
