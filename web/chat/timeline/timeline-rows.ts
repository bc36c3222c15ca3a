import type { Actor } from '@shared/kernel/actor.ts';
import type { Message } from '@shared/chat/schema.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { PendingMessage, PrivateAnswer } from '../state.ts';

/** One line of the timeline: a message, one of ours that is still on its way, or what only the reader sees. */
export interface TimelineRow {
  /** The same for a pending message and the real one that takes its place, so that its row stays. */
  key: string;
  author: Actor;
  createdAt: number;
  message?: Message;
  pending?: PendingMessage;
  /** What a command answered to the reader alone. */
  answer?: PrivateAnswer;
  /** The first of its day. */
  startsDay: boolean;
  /** The first of several by one author: shows who it is. */
  leads: boolean;
  /** The first that was unread when the room was opened. */
  startsNew: boolean;
}

/** Later than this (ms), the same author is named again. */
const GROUP_LASTS = 5 * 60_000;

/** As the server's own author: what comes from no module that is known. */
const systemAuthor: Actor = { kind: 'system', id: 'system' };

const dayOf = (at: number): string => new Date(at).toDateString();

type Line = Pick<TimelineRow, 'key' | 'author' | 'createdAt' | 'message' | 'pending' | 'answer'>;

function lineOf(message: Message): Line {
  const { author, clientId, createdAt } = message;
  return { key: `${author.kind}:${author.id}:${clientId}`, author, createdAt, message };
}

function pendingLine(pending: PendingMessage, me: UserId): Line {
  const author: Actor = { kind: 'user', id: me };
  return { key: `user:${me}:${pending.clientId}`, author, createdAt: pending.createdAt, pending };
}

const answerLine = (answer: PrivateAnswer): Line => ({
  key: `answer:${answer.id}`,
  author: answer.module === undefined ? systemAuthor : { kind: 'module', id: answer.module },
  createdAt: answer.createdAt,
  answer,
});

/** Each answer below the message that was the last one then; those whose place is not loaded are left out. */
function withAnswers(messages: readonly Message[], answers: readonly PrivateAnswer[]): Line[] {
  const lines: Line[] = [];
  const first = (messages[0]?.position ?? 0) - 1;
  const waiting = answers.filter(({ after }) => after >= first);
  for (const message of messages) {
    while (waiting[0] && waiting[0].after < message.position) lines.push(answerLine(waiting.shift() as PrivateAnswer));
    lines.push(lineOf(message));
  }
  return [...lines, ...waiting.map(answerLine)];
}

const standsAlone = (line: Line): boolean => line.message?.body.kind === 'system' || line.answer !== undefined;

/** What a timeline is made of beside its messages. */
export interface RowExtras {
  pending?: readonly PendingMessage[] | undefined;
  answers?: readonly PrivateAnswer[] | undefined;
  /** Messages after this position stand below the "new" line; undefined: no line. */
  readUntil?: number | undefined;
}

/** What the timeline shows. */
export function timelineRows(
  messages: readonly Message[],
  me: UserId,
  { pending = [], answers = [], readUntil }: RowExtras = {},
): TimelineRow[] {
  const lines = [...withAnswers(messages, answers), ...pending.map((entry) => pendingLine(entry, me))];
  const rows: TimelineRow[] = [];
  let above: number | undefined;
  for (const line of lines) {
    const previous = rows.at(-1);
    const startsDay = !previous || dayOf(previous.createdAt) !== dayOf(line.createdAt);
    const position = line.message?.position;
    const isNew = readUntil !== undefined && position !== undefined && position > readUntil;
    const startsNew = isNew && (above ?? position - 1) <= readUntil;
    const continues =
      previous &&
      !startsDay &&
      !startsNew &&
      !standsAlone(previous) &&
      line.answer === undefined &&
      previous.author.kind === line.author.kind &&
      previous.author.id === line.author.id &&
      line.createdAt - previous.createdAt < GROUP_LASTS;
    rows.push({ ...line, startsDay, startsNew, leads: !continues });
    above = position ?? above;
  }
  return rows;
}

/** Whether a row looks the same, so that it need not be drawn again. */
export const sameRow = (a: TimelineRow, b: TimelineRow): boolean =>
  a.message === b.message &&
  a.pending === b.pending &&
  a.answer === b.answer &&
  a.startsDay === b.startsDay &&
  a.leads === b.leads &&
  a.startsNew === b.startsNew;
