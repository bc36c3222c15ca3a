import { closeCodes, comesBack } from '@shared/hub/close-codes.ts';
import { TooSlow } from '@shared/hub/errors.ts';
import type { Subscribed } from '@shared/hub/feed.ts';
import { limits, type ServerFrame } from '@shared/hub/frames.ts';
import { fail, Forbidden, NotReady, Unauthenticated } from '@shared/kernel/errors.ts';
import type { Err } from '@shared/kernel/result.ts';
import { encodeBytes, JsonText, type Outlet, type Pushing, StreamEnded } from '../modules/sse.ts';
import { systemFrame } from './encode.ts';
import { eventId } from './feed-cursor.ts';
import { BACKLOG, type Feed, type FeedOutlet } from './feed.ts';
import type { OpenFeed } from './feeds.ts';
import type { Delivery } from './taps.ts';

/** Deliveries that are taken from a feed at once. */
const BATCH = 64;

export type FrameItem = { event: string; data: ServerFrame; id?: string };

/** What all of these share. */
export interface FeedStreamDeps {
  epoch: string;
  now: () => number;
}

/** Text that is JSON already, where the type says what it stands for. */
const item = (event: string, frame: string, id?: string): FrameItem => ({
  event,
  data: new JsonText(frame) as unknown as ServerFrame,
  ...(id === undefined ? {} : { id }),
});

const endsSession = (code: number): boolean =>
  code === closeCodes.tokenExpired || code === closeCodes.sessionEnded || code === closeCodes.userDeactivated;

/** What a client is told of a feed that the server ended. */
export function endOf(code: number): Err {
  if (code === closeCodes.tooSlow) return fail(TooSlow);
  if (endsSession(code)) return fail(Unauthenticated);
  return comesBack(code) ? fail(NotReady, undefined, { retryAfter: 1 }) : fail(Forbidden, { closeCode: code });
}

/**
 * The stream of a feed: a generator of frames that can also push, and then is one object with fixed fields; an event is
 * encoded once for all who receive it.
 */
export class FeedStream implements AsyncGenerator<FrameItem, void, void>, Pushing, FeedOutlet {
  readonly #deps: FeedStreamDeps;
  readonly #feed: Feed;
  /** What was received before, of which the ids of older events must not tell less. */
  readonly #base: number;
  /** How it began; until it is live. */
  #opened: OpenFeed | undefined;
  #outlet: Outlet | undefined;
  #generator: AsyncGenerator<FrameItem, void, void> | undefined;

  constructor(deps: FeedStreamDeps, opened: OpenFeed, base: number) {
    this.#deps = deps;
    this.#feed = opened.feed;
    this.#opened = opened;
    this.#base = base;
  }

  next(): Promise<IteratorResult<FrameItem, void>> {
    this.#generator ??= this.#frames();
    return this.#generator.next();
  }

  async return(): Promise<IteratorResult<FrameItem, void>> {
    this.#feed.close();
    return this.#generator ? this.#generator.return() : { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<FrameItem, void>> {
    this.#feed.close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  pushTo(outlet: Outlet): void {
    this.#outlet = outlet;
    this.#push(outlet).catch((error: unknown) => {
      outlet.fail(error);
      this.#feed.close();
    });
  }

  get waiting(): number {
    return this.#outlet?.waiting ?? 0;
  }

  deliver(delivery: Delivery): void {
    const outlet = this.#outlet;
    if (!outlet) return;
    if (outlet.waiting > BACKLOG) this.#feed.close(closeCodes.tooSlow);
    else outlet.write(this.#bytesOf(delivery, 0));
  }

  ended(code: number): void {
    // That its session has ended is not said to a reader that comes back: it asks, and is told then.
    if (endsSession(code)) this.#outlet?.end();
    else this.#outlet?.fail(new StreamEnded(endOf(code).error));
  }

  async *#frames(): AsyncGenerator<FrameItem, void, void> {
    const feed = this.#feed;
    try {
      const welcome = this.#welcome();
      if (welcome !== undefined) yield item('welcome', welcome);
      while (feed.ended === undefined) {
        const batch = await feed.next(feed.isLive ? BATCH : limits.recoveryPage);
        for (const delivery of batch) {
          if (feed.ended !== undefined) break;
          if (feed.mayGive(delivery)) yield item(delivery.event, delivery.frame, this.#idOf(delivery, this.#base));
        }
        const live = feed.isLive && feed.ended === undefined ? this.#live() : undefined;
        if (live) yield item('subscribed', ...live);
        else if (batch.length === 0) await feed.news();
      }
      throw new StreamEnded(endOf(feed.ended).error);
    } finally {
      feed.close();
    }
  }

  async #push(outlet: Outlet): Promise<void> {
    const feed = this.#feed;
    feed.readBy(this);
    const welcome = this.#welcome();
    if (welcome !== undefined) outlet.write(encodeBytes('welcome', new JsonText(welcome)));
    while (feed.ended === undefined && !feed.isLive) {
      await outlet.room();
      for (const delivery of await feed.next(limits.recoveryPage))
        if (feed.mayGive(delivery)) outlet.write(this.#bytesOf(delivery, this.#base));
    }
    if (feed.ended !== undefined) return this.ended(feed.ended);
    const live = this.#live();
    if (live) outlet.write(encodeBytes('subscribed', new JsonText(live[0]), live[1]));
    feed.pipe(this);
  }

  #welcome(): string | undefined {
    const welcome = this.#opened?.welcome;
    return welcome && systemFrame('welcome', welcome, this.#deps.now());
  }

  /** The frame that says that nothing is missing any more, and the id of this place; once. */
  #live(): [frame: string, id: string] | undefined {
    const opened = this.#opened;
    if (!opened) return undefined;
    this.#opened = undefined;
    const { epoch, now } = this.#deps;
    const payload: Subscribed = { epoch, channels: opened.subscribed() };
    return [systemFrame('subscribed', payload, now()), eventId(epoch, Math.max(this.#base, this.#feed.given))];
  }

  #idOf({ seq }: Delivery, base: number): string | undefined {
    return seq === undefined ? undefined : eventId(this.#deps.epoch, Math.max(base, seq));
  }

  #bytesOf(delivery: Delivery, base: number): Uint8Array {
    const { event, frame, seq } = delivery;
    const encoded = (): Uint8Array => encodeBytes(event, new JsonText(frame), this.#idOf(delivery, base));
    // Others began elsewhere: what bears our place is ours alone.
    return seq !== undefined && seq < base ? encoded() : (delivery.bytes ??= encoded());
  }
}
