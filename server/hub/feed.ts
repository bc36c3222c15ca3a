import { closeCodes } from '@shared/hub/close-codes.ts';
import type { Connection, Wire } from './connection.ts';
import { eventFrame, journalFrame } from './encode.ts';
import type { Journal } from './journal.ts';
import { Replay } from './replay.ts';
import type { Delivery, Tap, Taps } from './taps.ts';

/** Characters that may wait for a slow reader; beyond them the feed ends, and the client recovers. */
export const BACKLOG = 1024 * 1024;

export interface FeedOptions {
  connection: Connection;
  journal: Journal;
  taps: Taps;
  now: () => number;
}

/**
 * What a connection has instead of a socket when it is a stream or a poll: a queue that somebody reads from. What the
 * reader missed comes first, from the journal; once nothing is missing, what is published is queued as it comes.
 */
export class Feed implements Wire, Tap {
  readonly replay: Replay;
  /** Channels that cannot be gone on with from where the reader was. */
  readonly lost = new Set<string>();
  readonly #options: FeedOptions;
  readonly #tapped = new Set<string>();
  #queue: Delivery[] = [];
  #size = 0;
  #isLive = false;
  #code: number | undefined;
  #wake = (): void => {};
  #outlet: ((delivery: Delivery) => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.replay = new Replay(options.journal, () => options.taps.seq);
  }

  get connection(): Connection {
    return this.#options.connection;
  }

  /** The close code, once it has ended. */
  get ended(): number | undefined {
    return this.#code;
  }

  /** Whether nothing is missing any more: what comes now is new. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** The next deliveries, at most `limit`, journalled ones in the order of `seq`; none when nothing is there yet. */
  async next(limit: number): Promise<Delivery[]> {
    const missed = this.#isLive ? [] : await this.#missed(limit);
    if (this.#code !== undefined) return [];
    return [...missed, ...this.#waiting(limit - missed.length)];
  }

  /** Whether a delivery that was taken may still go out: the right may have been withdrawn since. */
  mayGive({ channel, event }: Delivery): boolean {
    return event === 'unsubscribed' || this.connection.receives(channel);
  }

  /** Resolves when something is there, when it has ended, or when `wake` is called. */
  news(): Promise<void> {
    if (this.#queue.length > 0 || this.#code !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * Hands everything over as it comes from now on, once nothing is missing any more; what waits comes first. The outlet
   * must not be slow: whoever it writes to is.
   */
  pipe(outlet: (delivery: Delivery) => void): void {
    for (const delivery of this.#waiting(Number.POSITIVE_INFINITY)) if (this.mayGive(delivery)) outlet(delivery);
    this.#outlet = outlet;
  }

  wake(): void {
    this.#wake();
  }

  /** Queues an event for this reader alone. */
  tell(channel: string, event: string, payload: unknown, at = this.#options.now()): void {
    const frame = eventFrame(channel, event, JSON.stringify(payload), at);
    this.#push({ channel, event, frame });
  }

  /** Says that a channel goes on at `offset`, whatever lies before. */
  lose(channel: string, offset: number): void {
    this.lost.add(channel);
    this.tell(channel, 'reset', { recovered: false, more: false, epoch: this.#options.journal.epoch, offset });
  }

  receive(delivery: Delivery): void {
    const { channel, offset } = delivery;
    const isFollowed = this.replay.follows(channel);
    // The server gave us this channel a moment ago.
    if (offset !== undefined && !isFollowed) this.replay.follow(channel, offset - 1, offset);
    // While anything is missing, the journal brings what is journalled, and typing in a room can wait.
    if (this.#isLive || (offset === undefined && !isFollowed)) this.#push(delivery);
    else this.#wake();
  }

  send(frame: string): number {
    const { event, channel } = JSON.parse(frame) as { event: string; channel: string };
    // Whether a stream's reader is there shows by the stream; that a channel was cut is told by `unsubscribe`.
    if (event === 'ping') {
      this.connection.pingedAt = 0;
      this.connection.lastActivity = this.#options.now();
    } else if (event !== 'unsubscribed') this.#push({ channel, event, frame });
    return frame.length;
  }

  subscribe(channel: string): void {
    this.#tapped.add(channel);
    this.#options.taps.add(channel, this);
  }

  unsubscribe(channel: string): void {
    this.#tapped.delete(channel);
    this.#options.taps.remove(channel, this);
    // Still receiving: it is only spared an event of its own person.
    if (!this.connection.receives(channel)) this.#cut(channel);
  }

  isSubscribed(channel: string): boolean {
    return this.#tapped.has(channel);
  }

  cork(work: () => void): void {
    work();
  }

  getBufferedAmount(): number {
    return this.#size;
  }

  /** Ends it; the reader is told by `ended`. */
  close(code = 1000): void {
    if (this.#code !== undefined) return;
    this.#code = code;
    for (const channel of this.#tapped) this.#options.taps.remove(channel, this);
    this.#tapped.clear();
    this.#queue = [];
    this.#wake();
    this.connection.close(undefined, code);
  }

  #push(delivery: Delivery): void {
    if (this.#code !== undefined) return;
    if (this.#outlet) return this.#outlet(delivery);
    this.#size += delivery.frame.length;
    if (this.#size > BACKLOG) return this.close(closeCodes.tooSlow);
    this.#queue.push(delivery);
    this.#wake();
  }

  #cut(channel: string): void {
    if (this.#code !== undefined) return;
    this.replay.forget(channel);
    this.#queue = this.#queue.filter((delivery) => delivery.channel !== channel);
    this.#size = this.#queue.reduce((size, { frame }) => size + frame.length, 0);
    this.tell(channel, 'unsubscribed', {});
  }

  async #missed(limit: number): Promise<Delivery[]> {
    const { journal } = this.#options;
    while (this.#code === undefined && this.replay.behind().length > 0) {
      const { events, lost } = await this.replay.page(limit);
      for (const { channel, offset } of lost) this.lose(channel, offset);
      const page = events.map((event) => ({
        channel: event.channel,
        event: event.event,
        frame: journalFrame(event, journal.epoch),
        seq: event.seq,
        offset: event.offset,
      }));
      if (this.replay.behind().length === 0) this.#isLive = true;
      if (page.length > 0 || this.#queue.length > 0) return page;
    }
    this.#isLive = true;
    return [];
  }

  #waiting(limit: number): Delivery[] {
    const taken = this.#queue.splice(0, Math.max(0, limit));
    for (const { channel, frame, offset } of taken) {
      this.#size -= frame.length;
      if (offset !== undefined && this.replay.follows(channel)) this.replay.passed(channel, offset);
    }
    return taken;
  }
}
