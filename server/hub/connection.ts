import { SYSTEM } from '@shared/hub/frames.ts';
import type { CloseCode } from '@shared/hub/close-codes.ts';
import type { Identity } from '../modules/identity.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { LiveSession } from '../modules/live-sessions.ts';
import type { Socket, SocketData } from '../platform/http/socket-data.ts';
import { hasName, type Names } from './names.ts';

/** What a connection tells of its life; the hub acts on it. */
export interface ConnectionEvents {
  opened(connection: Connection): void;
  received(connection: Connection, data: string | Buffer): void;
  closed(connection: Connection, code: number): void;
  /** A frame of so many bytes went out to one connection alone. */
  sent(bytes: number): void;
}

/** What a connection needs of its socket; streams and polls have something else that looks like one. */
export interface Wire {
  send(frame: string, compress: boolean): number;
  subscribe(channel: string): void;
  unsubscribe(channel: string): void;
  isSubscribed(channel: string): boolean;
  cork(work: () => void): void;
  /** Bytes that wait for the reader. */
  getBufferedAmount(): number;
  close(code?: number, reason?: string): void;
}

/**
 * One socket. Tens of thousands of these live at once: fixed fields, no closure and no timer of its own; the sets and the
 * queue are made when first needed.
 */
export class Connection implements SocketData, LiveSession {
  readonly id: string;
  identity: Identity;
  readonly request: RequestInfo;
  readonly connectedAt: number;
  lastActivity: number;
  /** When the unanswered ping was sent; 0 while none is. */
  pingedAt = 0;
  messageCount = 0;
  bytesIn = 0;
  violations = 0;
  /** Token bucket of frames. */
  allowance: number;
  allowanceAt: number;
  /** Token bucket of bytes. */
  byteAllowance = 0;
  /** When the frame that is timed arrived, 0 while none is; and how many frames are answered until it is. */
  timedAt = 0;
  timedAfter = 0;
  /** `opening` until welcome is out, `closed` when gone. */
  phase: 'opening' | 'live' | 'closed' = 'opening';
  /** Channels that the client subscribed itself. */
  own: Names;
  /** Channels that the server subscribed it to. */
  given: Names;
  /** How often a channel was taken away: what was allowed before must be asked again. */
  cuts = 0;
  queue: string[] | undefined;
  busy = false;
  /** The channel of the frames that are being handled together. */
  lane: string | undefined;
  /** Frames that are being handled. */
  inFlight = 0;
  #waiter: (() => void) | undefined;
  #waitsFor = 0;
  /** Answers that leave together. */
  answers: string[] | undefined;
  ws: Wire | undefined;
  /** Receives only the channels that it asked for, none that the server gives. */
  selective = false;
  readonly #events: ConnectionEvents;
  #abort: AbortController | undefined;

  constructor(id: string, identity: Identity, request: RequestInfo, now: number, events: ConnectionEvents) {
    this.id = id;
    this.identity = identity;
    this.request = request;
    this.connectedAt = now;
    this.lastActivity = now;
    this.allowanceAt = now;
    this.allowance = 0;
    this.#events = events;
  }

  /** Aborts when the socket is gone; made for connections that call functions. */
  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  get userId(): string {
    return this.identity.userId;
  }

  get sessionId(): string {
    return this.identity.sessionId;
  }

  get expiresAt(): number {
    return this.identity.expiresAt;
  }

  set expiresAt(expiresAt: number) {
    this.identity = { ...this.identity, expiresAt };
  }

  open(ws: Socket): void {
    this.ws = ws;
    this.#events.opened(this);
  }

  message(_: Socket, data: string | Buffer): void {
    this.#events.received(this, data);
  }

  /** What it was opened on is gone. */
  close(_: unknown, code: number): void {
    this.phase = 'closed';
    this.#abort?.abort();
    this.drain();
    this.#events.closed(this, code);
  }

  /** Resolves when fewer than so many frames are being handled. One waits at a time. */
  settled(fewerThan: number): Promise<void> | undefined {
    if (this.inFlight < fewerThan) return undefined;
    this.#waitsFor = fewerThan;
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  /** A frame has been handled. */
  done(): void {
    this.inFlight--;
    if (this.inFlight === 0) this.lane = undefined;
    if (this.inFlight < this.#waitsFor) this.#goOn();
  }

  /** Resolves when at most so many bytes wait for the reader, or it is gone. Nothing else may be waited for meanwhile. */
  async read(most: number): Promise<void> {
    while (this.phase !== 'closed' && this.ws && this.ws.getBufferedAmount() > most) {
      this.#waitsFor = 0;
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
  }

  /** The reader took some of what waited, or is gone. */
  drain(): void {
    if (this.#waitsFor === 0) this.#goOn();
  }

  #goOn(): void {
    const resolve = this.#waiter;
    this.#waiter = undefined;
    resolve?.();
  }

  /** Sends the answers that were gathered. */
  flush(): void {
    const { answers } = this;
    this.answers = undefined;
    if (answers) this.#writeAll(answers);
  }

  /** Sends a frame to this socket alone, at once. */
  send(frame: string): void {
    if (this.answers) this.flush();
    this.#write(frame);
  }

  /** Sends frames to this socket alone, at once and in as few system calls as they fit in. */
  sendAll(frames: readonly string[]): void {
    if (this.answers) this.flush();
    this.#writeAll(frames);
  }

  #writeAll(frames: readonly string[]): void {
    if (frames.length === 1) return this.#write(frames[0] ?? '');
    if (this.phase === 'closed') return;
    this.ws?.cork(() => {
      for (const frame of frames) this.#write(frame);
    });
  }

  #write(frame: string): void {
    if (this.phase === 'closed' || !this.ws) return;
    const sent = this.ws.send(frame, false);
    // Bun tells the bytes, but not of a frame that has to wait for the reader.
    this.#events.sent(sent > 0 ? sent : Buffer.byteLength(frame));
  }

  end(code: CloseCode, reason = ''): void {
    if (this.phase === 'closed') return;
    this.ws?.close(code, reason);
  }

  receives(channel: string): boolean {
    return channel === SYSTEM || hasName(this.given, channel) || hasName(this.own, channel);
  }
}
