import { FeedCursor } from '@shared/hub/feed.ts';
import { z } from 'zod';

/** Where a stream or a poll goes on. */
export interface FeedPlace {
  epoch: string;
  /** Everything up to here was received, on every channel but those that are behind. */
  seq: number;
  /** Up to here the latest values were received. */
  turn: number;
  /** The last offset received, of channels of which more was waiting. */
  behind: Record<string, number>;
}

const More = z.strictObject({
  t: z.number().int().nonnegative().default(0),
  b: z.record(z.string(), z.number().int().nonnegative()).default({}),
});

/** `<epoch>.<seq>`: what is exact as the id of an event, and says all that a poll has to know most of the time. */
export const eventId = (epoch: string, seq: number): string => `${epoch}.${seq}`;

export function formatCursor({ epoch, seq, turn, behind }: FeedPlace): string {
  const more = {
    ...(turn > 0 ? { t: turn } : {}),
    ...(Object.keys(behind).length > 0 ? { b: behind } : {}),
  };
  const id = eventId(epoch, seq);
  return Object.keys(more).length === 0 ? id : `${id}.${Buffer.from(JSON.stringify(more)).toString('base64url')}`;
}

/** The place that a cursor names; undefined for what is none. An event's id is one, too. */
export function parseCursor(text: string): FeedPlace | undefined {
  if (!FeedCursor.safeParse(text).success) return undefined;
  const [epoch = '', seq = '', rest] = text.split('.');
  const more = rest === undefined ? More.parse({}) : moreOf(rest);
  return more && { epoch, seq: Number(seq), turn: more.t, behind: more.b };
}

function moreOf(text: string): z.output<typeof More> | undefined {
  try {
    return More.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
