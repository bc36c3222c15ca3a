import type { Clock } from '../../platform/clock.ts';
import type { EventSource } from './pump.ts';
import type { Wire } from './wire.ts';

/** What answers a request: a value, and what streams after it. */
export interface Reply {
  value: unknown;
  events?: EventSource;
  body?: ReadableStream<Uint8Array>;
}

/** Takes what streams after an answer. Exactly one `end` comes last. False where the sender sent more than it may. */
export interface Receiver {
  events?(lines: string): boolean;
  body?(chunk: Uint8Array): boolean;
  /** With an Error where the link is gone, with a text where the other side broke off. */
  end(fault?: string | Error): void;
}

/** The other side could not answer. */
export class RemoteFault extends Error {
  override readonly name = 'RemoteFault';
}

export interface Request {
  /** Rejects with RemoteFault, or with what the link was closed with. */
  readonly answer: Promise<unknown>;
  /** Set before the answer is looked at, where something may stream after it. */
  receive(receiver: Receiver): void;
  /** Lets the other side send so much more of the stream. */
  grant(amount: number): void;
  /** Aborts the other side's signal and ends its stream. The answer still comes. */
  cancel(): void;
  /** Like cancel, and nobody waits for the answer any more. */
  abandon(): void;
}

export interface LinkOptions {
  wire: Wire;
  clock: Clock;
  /** Answers a request. What it rejects with goes back as a fault. */
  handle(method: string, params: unknown, signal: AbortSignal): Promise<Reply>;
  /** Takes a note, which nobody answers. */
  note(method: string, params: unknown): void;
  /** The other side broke the rules of the link, or asks too much. */
  onFault(reason: string): void;
  /** Most requests of the other side that are worked on at once. */
  mostRequests: number;
  /** Says whether one more request or note of so many characters is within its rate. */
  admit?(length: number, kind: 'request' | 'note'): boolean;
}
