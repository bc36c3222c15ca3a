import type { Actor } from '@shared/kernel/actor.ts';
import type { Message } from '@shared/chat/schema.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { PendingMessage } from '../state.ts';

/** One line of the timeline: a message, or one of ours that is still on its way. */
export interface TimelineRow {
  /** The same for a pending message and the real one that takes its place, so that its row stays. */
  key: string;
  author: Actor;
  createdAt: number;
  message?: Message;
  pending?: PendingMessage;
  /** The first of its day. */
  startsDay: boolean;
  /** The first of several by one author: shows who it is. */
  leads: boolean;
  /** The first that was unread when the room was opened. */
  startsNew: boolean;
}

/** Later than this (ms), the same author is named again. */
const GROUP_LASTS = 5 * 60_000;

const dayOf = (at: number): string => new Date(at).toDateString();

function lineOf(message: Message): Pick<TimelineRow, 'key' | 'author' | 'createdAt' | 'message'> {
  const { author, clientId, createdAt } = message;
  return { key: `${author.kind}:${author.id}:${clientId}`, author, createdAt, message };
}

function pendingLine(pending: PendingMessage, me: UserId) {
  const author: Actor = { kind: 'user', id: me };
  return { key: `user:${me}:${pending.clientId}`, author, createdAt: pending.createdAt, pending };
}

const isSystem = (row: Pick<TimelineRow, 'message'>): boolean => row.message?.body.kind === 'system';

/** What the timeline shows. `readUntil`: messages after this position stand below the "new" line; undefined: no line. */
export function timelineRows(
  messages: readonly Message[],
  pending: readonly PendingMessage[],
  me: UserId,
  readUntil?: number,
): TimelineRow[] {
  const lines = [...messages.map(lineOf), ...pending.map((entry) => pendingLine(entry, me))];
  const rows: TimelineRow[] = [];
  for (const line of lines) {
    const previous = rows.at(-1);
    const startsDay = !previous || dayOf(previous.createdAt) !== dayOf(line.createdAt);
    const position = 'message' in line ? line.message?.position : undefined;
    const isNew = readUntil !== undefined && position !== undefined && position > readUntil;
    const above = previous ? previous.message?.position : (position ?? 0) - 1;
    const startsNew = isNew && above !== undefined && above <= readUntil;
    const continues =
      previous &&
      !startsDay &&
      !startsNew &&
      !isSystem(previous) &&
      previous.author.kind === line.author.kind &&
      previous.author.id === line.author.id &&
      line.createdAt - previous.createdAt < GROUP_LASTS;
    rows.push({ ...line, startsDay, startsNew, leads: !continues });
  }
  return rows;
}

/** Whether a row looks the same, so that it need not be drawn again. */
export const sameRow = (a: TimelineRow, b: TimelineRow): boolean =>
  a.message === b.message &&
  a.pending === b.pending &&
  a.startsDay === b.startsDay &&
  a.leads === b.leads &&
  a.startsNew === b.startsNew;
