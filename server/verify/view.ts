import type { ServerFrame } from '@shared/hub/frames.ts';

/** What is looked at of payloads, and was not held against a schema. */
export interface Payload {
  [key: string]: unknown;
  clientId?: string;
  userId?: string;
  code?: string;
  retryable?: boolean;
  delay?: number;
  recovered?: boolean;
  more?: boolean;
  epoch?: string;
  offset?: number;
}

export type Frame = ServerFrame<string, Payload>;

/** What tells an event from others: the client id of a message, else its name. */
export const tagOf = (event: string, payload: { clientId?: unknown }): string =>
  event === 'chat_message' ? String(payload.clientId) : event;

/** Adds an event to the checksum of those before it. */
export const link = (chain: number, offset: number, tag: string): number => Bun.hash.crc32(`${offset} ${tag}`, chain);

/**
 * What one client saw of one journalled channel: where it began, where it is, and a checksum of everything between, so
 * that thousands of clients can be compared with the database for the price of three numbers each.
 */
export class View {
  readonly channel: string;
  epoch: string;
  /** The offset after which the first event was seen. */
  first: number;
  last: number;
  chain = 0;

  constructor(channel: string, epoch: string, head: number) {
    this.channel = channel;
    this.epoch = epoch;
    this.first = head;
    this.last = head;
  }

  /** Begins anew from here: what was before is lost. */
  restart(epoch: string, head: number): void {
    this.epoch = epoch;
    this.first = head;
    this.last = head;
    this.chain = 0;
  }

  /** Whether the event is the next one, was seen already, or something before it is missing. */
  take({ offset = 0, event, payload }: Frame): 'next' | 'seen' | 'ahead' {
    if (offset <= this.last) return 'seen';
    if (offset > this.last + 1) return 'ahead';
    this.last = offset;
    this.chain = link(this.chain, offset, tagOf(event, payload));
    return 'next';
  }
}
