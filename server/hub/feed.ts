import { closeCodes } from '@shared/hub/close-codes.ts';
import type { Connection, Wire } from './connection.ts';
import { eventFrame } from './encode.ts';
import type { Journal } from './journal.ts';
import { namesIn } from './names.ts';
import { Replay } from './replay.ts';
import type { SharedPages } from './shared-pages.ts';
import type { Statistics } from './statistics.ts';
import type { Delivery, Tap, Taps } from './taps.ts';
import type { Turns } from './turns.ts';

/** Characters that may wait for a slow reader; beyond them the feed ends, and the client recovers. */
export const BACKLOG = 1024 * 1024;

/** What all feeds share. */
export interface FeedDeps {
  journal: Journal;
  pages: SharedPages;
  taps: Taps;
  now: () => number;
  /** The newest `seq` that was published. */
  published: () => number;
  /** Whose turn it is to read what was missed. */
  turns: Turns;
  statistics: Pick<Statistics, 'recovered' | 'lost' | 'replayed'>;
}

/** Takes what a feed hands over as it comes. Must not be slow: whoever it writes to is. */
export interface FeedOutlet {
  /** Bytes that wait for the reader. */
  readonly waiting: number;
  deliver(delivery: Delivery): void;
  /** The feed was closed with this code. */
  ended(code: number): void;
}

/**
 * What a connection has instead of a socket when it is a stream or a poll: a queue that somebody reads from. What the
 * reader missed comes first, from the journal; once nothing is missing, what is published is queued as it comes.
 */
export class Feed implements Wire, Tap {
  readonly connection: Connection;
  readonly #deps: FeedDeps;
  /** What is missing, and how far each channel was given; not needed any more by a feed that is piped. */
  #replay: Replay | undefined;
  /** Channels that cannot be gone on with from where the reader was. */
  #lost: Set<string> | undefined;
  /** Channels that are being caught up from where the reader was; until nothing is missing any more. */
  #recovering: Set<string> | undefined;
  #queue: Delivery[] | undefined;
  #size = 0;
  #isLive = false;
  #code: number | undefined;
  #onNews: (() => void) | undefined;
  #outlet: FeedOutlet | undefined;
  /** Who reads it, also before everything is handed over. */
  #reader: Pick<FeedOutlet, 'waiting'> | undefined;

  constructor(connection: Connection, deps: FeedDeps) {
    this.connection = connection;
    this.#deps = deps;
    this.#replay = new Replay(deps.journal, deps.pages, deps.published);
  }

  /** The close code, once it has ended. */
  get ended(): number | undefined {
    return this.#code;
  }

  /** Whether nothing is missing any more: what comes now is new. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** Everything up to this `seq` was given, once nothing is missing any more: what is queued was not. */
  get given(): number {
    const next = this.#queue?.find(({ seq }) => seq !== undefined)?.seq;
    return next === undefined ? this.#deps.published() : next - 1;
  }

  /** Follows a journalled channel from a place on; `head` as it was read with it. */
  follow(channel: string, offset: number, head: number): void {
    this.#replay?.follow(channel, offset, head);
  }

  /** Counts a channel that it follows as recovered, once nothing is missing any more. */
  recovers(channel: string): void {
    (this.#recovering ??= new Set()).add(channel);
  }

  /** Counts what waits there, too, as waiting for the reader. */
  readBy(reader: Pick<FeedOutlet, 'waiting'>): void {
    this.#reader = reader;
  }

  /** The last offset that was given of a channel. */
  placeOf(channel: string): number {
    return this.#replay?.placeOf(channel) ?? 0;
  }

  /** Channels of which published events have not been given, each with the last offset that was. */
  behind(): [channel: string, offset: number][] {
    return this.#replay?.behind().map((channel) => [channel, this.placeOf(channel)]) ?? [];
  }

  /** Whether a channel could not be gone on with from where the reader was. */
  hasLost(channel: string): boolean {
    return this.#lost?.has(channel) === true;
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
    if (this.#queue || this.#code !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onNews = resolve;
    });
  }

  /**
   * Hands everything over as it comes from now on, once nothing is missing any more; what waits comes first.
   */
  pipe(outlet: FeedOutlet): void {
    const waiting = this.#waiting(Number.POSITIVE_INFINITY);
    this.#outlet = outlet;
    this.#reader = outlet;
    this.#replay = undefined;
    this.#lost = undefined;
    for (const delivery of waiting) if (this.mayGive(delivery)) outlet.deliver(delivery);
  }

  wake(): void {
    const resolve = this.#onNews;
    this.#onNews = undefined;
    resolve?.();
  }

  /** Queues an event for this reader alone. */
  tell(channel: string, event: string, payload: unknown, at = this.#deps.now()): void {
    const frame = eventFrame(channel, event, JSON.stringify(payload), at);
    this.#push({ channel, event, frame });
  }

  /** Says that a channel goes on at `offset`, whatever lies before. */
  lose(channel: string, offset: number): void {
    (this.#lost ??= new Set()).add(channel);
    this.#recovering?.delete(channel);
    this.#deps.statistics.lost++;
    this.tell(channel, 'reset', { recovered: false, more: false, epoch: this.#deps.journal.epoch, offset });
  }

  receive(delivery: Delivery): void {
    if (this.#outlet) return this.#push(delivery);
    const { channel, offset } = delivery;
    const isFollowed = this.#replay?.follows(channel) === true;
    // The server gave us this channel a moment ago.
    if (offset !== undefined && !isFollowed) this.follow(channel, offset - 1, offset);
    // While anything is missing, the journal brings what is journalled, and typing in a room can wait.
    if (this.#isLive || (offset === undefined && !isFollowed)) this.#push(delivery);
    else this.wake();
  }

  send(frame: string): number {
    const { event, channel } = JSON.parse(frame) as { event: string; channel: string };
    // Whether a stream's reader is there shows by the stream; that a channel was cut is told by `unsubscribe`.
    if (event === 'ping') {
      this.connection.pingedAt = 0;
      this.connection.lastActivity = this.#deps.now();
    } else if (event !== 'unsubscribed') this.#push({ channel, event, frame });
    return frame.length;
  }

  subscribe(channel: string): void {
    this.#deps.taps.add(channel, this);
  }

  unsubscribe(channel: string): void {
    this.#deps.taps.remove(channel, this);
    // Still receiving: it is only spared an event of its own person.
    if (!this.connection.receives(channel)) this.#cut(channel);
  }

  isSubscribed(channel: string): boolean {
    return this.#deps.taps.has(channel, this);
  }

  cork(work: () => void): void {
    work();
  }

  getBufferedAmount(): number {
    return this.#size + (this.#reader?.waiting ?? 0);
  }

  /** Ends it; the reader is told by `ended`. */
  close(code = 1000): void {
    if (this.#code !== undefined) return;
    this.#code = code;
    for (const channels of [this.connection.own, this.connection.given])
      for (const channel of namesIn(channels)) this.#deps.taps.remove(channel, this);
    this.#queue = undefined;
    this.wake();
    this.connection.close(undefined, code);
    this.#outlet?.ended(code);
  }

  #push(delivery: Delivery): void {
    if (this.#code !== undefined) return;
    if (this.#outlet) return this.#outlet.deliver(delivery);
    this.#size += delivery.frame.length;
    if (this.#size > BACKLOG) return this.close(closeCodes.tooSlow);
    (this.#queue ??= []).push(delivery);
    this.wake();
  }

  #cut(channel: string): void {
    if (this.#code !== undefined) return;
    this.#replay?.forget(channel);
    this.#recovering?.delete(channel);
    const left = this.#queue?.filter((delivery) => delivery.channel !== channel) ?? [];
    this.#queue = left.length > 0 ? left : undefined;
    this.#size = left.reduce((size, { frame }) => size + frame.length, 0);
    this.tell(channel, 'unsubscribed', {});
  }

  async #missed(limit: number): Promise<Delivery[]> {
    const { pages, turns, statistics } = this.#deps;
    const replay = this.#replay;
    if (!replay) return [];
    while (this.#code === undefined && replay.behind().length > 0) {
      await turns.take();
      if (this.#code !== undefined) return [];
      const { events, lost } = await replay.page(limit);
      for (const { channel, offset } of lost) this.lose(channel, offset);
      const page = events.map((event) => pages.deliveryOf(event));
      if (this.#recovering) statistics.replayed += page.length;
      if (replay.behind().length === 0) this.#goLive();
      if (page.length > 0 || this.#queue) return page;
    }
    this.#goLive();
    return [];
  }

  #goLive(): void {
    this.#isLive = true;
    this.#deps.statistics.recovered += this.#recovering?.size ?? 0;
    this.#recovering = undefined;
  }

  #waiting(limit: number): Delivery[] {
    const queue = this.#queue;
    if (!queue) return [];
    const taken = queue.splice(0, Math.max(0, limit));
    if (queue.length === 0) this.#queue = undefined;
    for (const { channel, frame, offset } of taken) {
      this.#size -= frame.length;
      if (offset !== undefined && this.#replay?.follows(channel)) this.#replay.passed(channel, offset);
    }
    return taken;
  }
}
