import { SYSTEM, type RequestId } from '@shared/hub/frames.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { JournalEvent } from './journal.ts';

const text = (value: unknown): string => JSON.stringify(value);

/** Frames are built as text once and sent to many: a payload that is JSON already is not parsed again. */
export const eventFrame = (channel: string, event: string, payload: string, ts: number): string =>
  `{"event":${text(event)},"channel":${text(channel)},"payload":${payload},"ts":${ts}}`;

export const journalFrame = (event: JournalEvent, epoch: string): string =>
  `{"event":${text(event.event)},"channel":${text(event.channel)},"payload":${event.payload},"offset":${event.offset},"epoch":${text(epoch)},"seq":${event.seq},"ts":${event.at}}`;

export interface AckCursor {
  offset: number;
  epoch: string;
  seq?: number;
}

export const ackFrame = (
  channel: string,
  id: RequestId,
  payload: unknown,
  ts: number,
  cursor: AckCursor | undefined,
): string => text({ event: 'ack', channel, payload, id, ...cursor, ts });

export const errorFrame = (error: HearthError, ts: number, channel: string = SYSTEM, id?: RequestId): string =>
  text({ event: 'error', channel, payload: error, ...(id === undefined ? {} : { id }), ts });

export const systemFrame = (event: string, payload: unknown, ts: number, id?: RequestId): string =>
  text({ event, channel: SYSTEM, payload, ...(id === undefined ? {} : { id }), ts });
