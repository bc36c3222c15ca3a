import { fail, Internal } from '@shared/kernel/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Batch, Gathering, Turn } from './batch.ts';
import type { Beating, Heartbeats } from './heartbeats.ts';
import type { Identity } from './identity.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';
import { encodeBytes, type Outlet, StreamEnded, type StreamSource } from './sse.ts';

/** What all runs of one stream share. */
export interface SseHost {
  /** `<module>.<stream>`, for the log. */
  name: string;
  heartbeats: Heartbeats;
  turn: Turn;
  live: LiveSessions;
  log: Logger;
}

/** Heartbeats in a row that found the reader still busy with what came before, until it counts as gone. */
const STUCK = 3;

const encoder = new TextEncoder();
const opening = encoder.encode(': open\n\n');
const alive = encoder.encode(': alive\n\n');
const done = encodeBytes('done', {}, 'done');

/**
 * A stream of server-sent events: a comment every 15 s, `error` when its source throws, `done` (id `done`) when it finishes.
 * The client leaving, or its session ending, aborts the signal and returns the source, so that its `finally` runs.
 *
 * Tens of thousands of these live at once: fixed fields, no closure and no timer of its own. It is itself what Bun's direct
 * stream reads from, so that neither a queue nor the request has to be kept.
 */
export class SseStream implements Outlet, LiveSession, Beating, Gathering, Bun.DirectUnderlyingSource<Uint8Array> {
  readonly type = 'direct';
  readonly kind = 'stream';
  beatAt = 0;
  expiresAt: number;
  readonly #host: SseHost;
  readonly #requestId: string;
  readonly #identity: Identity | undefined;
  #source: StreamSource | undefined;
  #controller: ReadableStreamDirectController | undefined;
  /** What was written and has not been handed to Bun yet. */
  #batch: Batch | undefined;
  /** Bun holds bytes that the reader has not taken. */
  #isBlocked = false;
  #isEnded = false;
  #stuck = 0;
  #abort: AbortController | undefined;
  #onRoom: (() => void) | undefined;
  #giveUp: (() => void) | undefined;

  /** `requestId` is for the log. */
  constructor(host: SseHost, requestId: string, identity: Identity | undefined) {
    this.#host = host;
    this.#requestId = requestId;
    this.#identity = identity;
    this.expiresAt = identity?.expiresAt ?? 0;
  }

  get userId(): string {
    return this.#identity?.userId ?? '';
  }

  get sessionId(): string {
    return this.#identity?.sessionId ?? '';
  }

  /** Aborts when the client goes away or its session ends; made for sources that ask for it. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isEnded) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Makes the body that sends what the source has. */
  body(source: StreamSource): ReadableStream<Uint8Array> {
    this.#source = source;
    if (this.#identity && !source.pushTo) this.#host.live.track(this);
    // The types of the DOM, which go before Bun's, know no direct streams.
    return new ReadableStream(this as unknown as UnderlyingDefaultSource<Uint8Array>);
  }

  /** Called by Bun, once, when somebody reads; it gives the reader up when this rejects, and says so where there is a reason. */
  pull(controller: ReadableStreamDirectController): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    this.#giveUp = reject;
    this.#controller = controller;
    this.#start();
    return promise;
  }

  /** Called by Bun when the client has gone. */
  cancel(): void {
    this.#forget();
    this.end();
  }

  /** Ends it without a word. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const source = this.#source;
    this.#source = undefined;
    if (this.#identity && !source?.pushTo) this.#host.live.untrack(this);
    this.#abort?.abort();
    this.#goOn();
    source?.return().catch((error: unknown) => this.#report(error));
    if (this.#controller && !this.#batch) this.flush();
  }

  finish(): void {
    this.write(done);
    this.end();
  }

  fail(error: unknown): void {
    if (this.#isEnded) return;
    if (!(error instanceof StreamEnded)) this.#report(error);
    this.write(encodeBytes('error', error instanceof StreamEnded ? error.error : fail(Internal).error));
    this.end();
  }

  get waiting(): number {
    return this.#isBlocked ? (this.#batch?.size ?? 0) : 0;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isEnded) this.#append(bytes);
  }

  room(): Promise<void> | undefined {
    if (this.#isEnded || !this.#isBlocked) return undefined;
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  beat(): void {
    if (!this.#isBlocked) {
      this.#stuck = 0;
      this.write(alive);
    } else if (++this.#stuck >= STUCK) {
      this.cancel();
      this.#giveUp?.();
    }
  }

  /** Hands over what was gathered, and says that it is over where it is. */
  flush(): void {
    if (this.#isBlocked || !this.#controller) return;
    const batch = this.#batch;
    this.#batch = undefined;
    let sent: number | Promise<number> | undefined;
    try {
      sent = batch && this.#controller.write(batch.bytes);
    } catch {
      // The reader is gone, and we are not told yet.
      return this.cancel();
    }
    if (sent instanceof Promise) {
      this.#isBlocked = true;
      const taken = (): void => this.#taken();
      sent.then(taken, taken);
    } else if (this.#isEnded) {
      const controller = this.#controller;
      this.#forget();
      controller.end();
    }
  }

  #start(): void {
    this.#append(opening);
    const source = this.#source;
    if (this.#isEnded || !source) return;
    this.#host.heartbeats.add(this);
    if (source.pushTo) source.pushTo(this);
    else void this.#iterate(source);
  }

  #append(bytes: Uint8Array): void {
    const { turn } = this.#host;
    if (this.#batch) this.#batch = this.#batch.with(bytes);
    else this.#batch = this.#isBlocked ? turn.join(bytes) : turn.begin(this, bytes);
  }

  /** The reader has taken all there was, or is gone. */
  #taken(): void {
    this.#isBlocked = false;
    this.#stuck = 0;
    if (!this.#controller) return;
    if (this.#batch || this.#isEnded) this.flush();
    if (!this.#isBlocked) this.#goOn();
  }

  #goOn(): void {
    const resolve = this.#onRoom;
    this.#onRoom = undefined;
    resolve?.();
  }

  #forget(): void {
    this.#controller = undefined;
    this.#batch = undefined;
    this.#host.heartbeats.remove(this);
  }

  /** Nothing is asked of a generator while its reader is behind. */
  async #iterate(generator: StreamSource): Promise<void> {
    try {
      while (!this.#isEnded) {
        const next = await generator.next();
        if (next.done) return this.finish();
        this.write(encodeBytes(next.value.event, next.value.data, next.value.id));
        await this.room();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #report(error: unknown): void {
    this.#host.log.error('a stream failed', { stream: this.#host.name, requestId: this.#requestId, error });
  }
}
