import type { HistoryInput, Message } from '@shared/chat/schema.ts';
import { fail, Invalid } from '@shared/kernel/errors.ts';
import type { Page } from '@shared/kernel/paging.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { roomToRead } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { messageOf } from './messages.ts';
import { listBetween } from './store.ts';

/** A cursor is a place in one room: in another one it means nothing and is refused. */
export const cursorAt = (roomId: string, position: number): string =>
  Buffer.from(`${roomId}.${position}`).toString('base64url');

export function positionOf(cursor: string, roomId: string): number | undefined {
  const [, digits] = /^[^.]+\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const position = Number(digits);
  return digits !== undefined && cursorAt(roomId, position) === cursor ? position : undefined;
}

interface Range {
  from: number;
  to: number;
}

/** The positions of the page, both included. Positions have no holes, so a page is plain arithmetic. */
function rangeOf(place: { before?: number; after?: number; around?: number }, head: number, limit: number): Range {
  if (place.before !== undefined) {
    const to = Math.min(place.before - 1, head);
    return { from: Math.max(1, to - limit + 1), to };
  }
  if (place.after !== undefined) return { from: place.after + 1, to: Math.min(place.after + limit, head) };
  const wanted = place.around === undefined ? head : place.around - Math.floor(limit / 2);
  const from = Math.max(1, Math.min(wanted, head - limit + 1));
  return { from, to: Math.min(from + limit - 1, head) };
}

export async function history(d: ChatDeps, ctx: Context, input: HistoryInput): Promise<Result<Page<Message>>> {
  const { roomId, around, limit } = input;
  const room = await roomToRead(d, d.db.read, ctx, roomId);
  if (!room.ok) return room;
  const place: { before?: number; after?: number; around?: number } = around === undefined ? {} : { around };
  for (const side of ['before', 'after'] as const) {
    const cursor = input[side];
    if (cursor === undefined) continue;
    const position = positionOf(cursor, roomId);
    if (position === undefined) return fail(Invalid, undefined, { issues: [{ path: side, code: 'invalid_cursor' }] });
    place[side] = position;
  }
  const { head } = room.data;
  const { from, to } = rangeOf(place, head, limit);
  const { recent } = d.derived;
  const stored = await d.db.read.all(listBetween, { roomId, from, to });
  const last = stored.at(-1)?.position ?? from - 1;
  const newer = (recent.get(roomId) ?? []).filter(({ position }) => position > last && position <= to);
  const page: Page<Message> = { items: [...stored, ...newer].map(messageOf) };
  if (Math.min(from, head + 1) > 1) page.before = cursorAt(roomId, from);
  if (to < head) page.after = cursorAt(roomId, Math.max(to, 0));
  return ok(page);
}
