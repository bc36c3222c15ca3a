import { closeCodes, comesBack } from '@shared/hub/close-codes.ts';
import { TooSlow } from '@shared/hub/errors.ts';
import type { PollAnswer, PollInput, Subscribed, SubscribeInput } from '@shared/hub/feed.ts';
import { limits, type ServerFrame } from '@shared/hub/frames.ts';
import { fail, Forbidden, Invalid, NotReady, Unauthenticated } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import type { z } from 'zod';
import type { Context } from '../modules/context.ts';
import { encodeBytes, JsonText, type Pushing, type Sink, StreamEnded } from '../modules/sse.ts';
import type { Clock } from '../platform/clock.ts';
import { systemFrame } from './encode.ts';
import { eventId, type FeedPlace, formatCursor, parseCursor } from './feed-cursor.ts';
import { BACKLOG, type Feed } from './feed.ts';
import type { Feeds, OpenFeed } from './feeds.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Delivery, Taps } from './taps.ts';

/** Deliveries that are taken from a feed at once. */
const BATCH = 64;
/** Milliseconds that a polled channel counts as watched after the answer: its values go on until the next poll. */
const LEASE = 15_000;

export interface FeedVerbsDeps {
  feeds: Feeds;
  taps: Taps;
  epoch: string;
  subscriptions: () => Subscriptions;
  clock: Clock;
}

type StreamItem = { event: string; data: ServerFrame; id?: string };

/** What a client is told of a feed that the server ended. */
function endOf(code: number): Err {
  if (code === closeCodes.tooSlow) return fail(TooSlow);
  if (code === closeCodes.tokenExpired || code === closeCodes.sessionEnded || code === closeCodes.userDeactivated)
    return fail(Unauthenticated);
  return comesBack(code) ? fail(NotReady, undefined, { retryAfter: 1 }) : fail(Forbidden, { closeCode: code });
}

const badCursor = (path: string): Err => fail(Invalid, undefined, { issues: [{ path, code: 'invalid_format' }] });

/** The functions `hub.subscribe` (a stream) and `hub.poll`: what the socket carries, for those whom it does not reach. */
export function createFeedVerbs({ feeds, taps, epoch, subscriptions, clock }: FeedVerbsDeps) {
  /** Text that is JSON already, where the type says what it stands for. */
  const item = (event: string, frame: string, id?: string): StreamItem => ({
    event,
    data: new JsonText(frame) as unknown as ServerFrame,
    ...(id === undefined ? {} : { id }),
  });

  /** `base`: what was received before, of which the ids of older events must not tell less. */
  async function* stream(
    { feed, welcome, subscribed }: OpenFeed,
    base: number,
  ): AsyncGenerator<StreamItem, void, void> {
    try {
      if (welcome) yield item('welcome', systemFrame('welcome', welcome, clock.now()));
      let told = false;
      while (feed.ended === undefined) {
        const batch = await feed.next(feed.isLive ? BATCH : limits.recoveryPage);
        for (const delivery of batch) {
          if (feed.ended !== undefined) break;
          const { event, frame, seq } = delivery;
          const id = seq === undefined ? undefined : eventId(epoch, Math.max(base, seq));
          if (feed.mayGive(delivery)) yield item(event, frame, id);
        }
        if (!told && feed.isLive && feed.ended === undefined) {
          told = true;
          yield item('subscribed', ...live(feed, subscribed, base));
        } else if (batch.length === 0) await feed.news();
      }
      throw new StreamEnded(endOf(feed.ended).error);
    } finally {
      feed.close();
    }
  }

  /** The same, written by the feed itself: one event is encoded once for all its readers. */
  async function push(opened: OpenFeed, base: number, sink: Sink): Promise<void> {
    const { feed } = opened;
    try {
      await catchUp(opened, base, sink);
      if (feed.ended === undefined) await follow(feed, sink);
      throw new StreamEnded(endOf(feed.ended ?? closeCodes.draining).error);
    } finally {
      feed.close();
    }
  }

  async function catchUp({ feed, welcome, subscribed }: OpenFeed, base: number, sink: Sink): Promise<void> {
    if (welcome) sink.write(encodeBytes('welcome', new JsonText(systemFrame('welcome', welcome, clock.now()))));
    while (feed.ended === undefined && !feed.isLive) {
      await sink.room();
      for (const delivery of await feed.next(limits.recoveryPage))
        if (feed.mayGive(delivery)) sink.write(bytesOf(delivery, base));
    }
    if (feed.ended !== undefined) return;
    const [frame, id] = live(feed, subscribed, base);
    sink.write(encodeBytes('subscribed', new JsonText(frame), id));
  }

  const follow = (feed: Feed, sink: Sink): Promise<void> => {
    feed.pipe((delivery) => {
      if (sink.waiting > BACKLOG) feed.close(closeCodes.tooSlow);
      else sink.write(bytesOf(delivery, 0));
    });
    return feed.news();
  };

  const bytesOf = (delivery: Delivery, base: number): Uint8Array => {
    const { event, frame, seq } = delivery;
    const id = seq === undefined ? undefined : eventId(epoch, Math.max(base, seq));
    return (delivery.bytes ??= encodeBytes(event, new JsonText(frame), id));
  };

  /** The frame that says that nothing is missing any more, and the id of this place. */
  const live = (feed: Feed, subscribed: OpenFeed['subscribed'], base: number): [frame: string, id: string] => {
    const payload: Subscribed = { epoch, channels: subscribed() };
    return [systemFrame('subscribed', payload, clock.now()), eventId(epoch, Math.max(base, placeOf(feed).seq))];
  };

  /** What was received of a feed so far. */
  const placeOf = (feed: Feed): FeedPlace => ({
    epoch,
    seq: taps.seq,
    turn: subscriptions().turn,
    behind: Object.fromEntries(feed.replay.behind().map((channel) => [channel, feed.replay.placeOf(channel)])),
  });

  /** Takes what is there, or what comes until the time is over or the caller is gone. */
  async function gather(feed: Feed, wait: number, signal: AbortSignal) {
    const first = await feed.next(limits.recoveryPage);
    if (first.length > 0 || wait === 0 || signal.aborted) return first;
    const timer = clock.setTimeout(() => feed.wake(), wait);
    await feed.news();
    timer.cancel();
    return feed.next(limits.recoveryPage);
  }

  /** A generator of frames that can also push; closed with the signal, whether anybody has begun to read it or not. */
  function started(opened: OpenFeed, base: number, signal: AbortSignal) {
    const { feed } = opened;
    signal.addEventListener('abort', () => feed.close(), { once: true });
    if (signal.aborted) feed.close();
    const pushing: Pushing = { pushTo: (sink) => push(opened, base, sink) };
    return Object.assign(stream(opened, base), pushing);
  }

  const leases = new Map<string, { cancel(): void }>();
  const lease = (channel: string): void => {
    const running = leases.get(channel);
    if (running) running.cancel();
    else subscriptions().hold(channel);
    const timer = clock.setTimeout(() => {
      leases.delete(channel);
      subscriptions().release(channel);
    }, LEASE);
    leases.set(channel, timer);
  };

  return {
    async subscribe(
      ctx: Context,
      { lastEventId, ...input }: z.output<typeof SubscribeInput>,
    ): Promise<Result<AsyncGenerator<StreamItem, void, void>>> {
      if (!ctx.identity) return fail(Unauthenticated);
      const resumed = ctx.lastEventId ?? lastEventId;
      const place = resumed === undefined ? undefined : parseCursor(resumed);
      if (resumed !== undefined && !place) return badCursor('lastEventId');
      // A stream that starts every channel from `since` and comes back by itself is past those places.
      const isReturning = ctx.lastEventId !== undefined && input.since.length >= input.channels.length;
      const since = isReturning ? [] : input.since;
      const opened = await feeds.open({ identity: ctx.identity, info: ctx.request, ...input, since, place });
      if (!opened.ok) return opened;
      const base = place?.epoch === epoch && place.seq <= taps.seq ? place.seq : 0;
      return ok(started(opened.data, base, ctx.signal));
    },

    async poll(ctx: Context, { cursor, wait, ...input }: z.output<typeof PollInput>): Promise<Result<PollAnswer>> {
      if (!ctx.identity) return fail(Unauthenticated);
      const place = cursor === undefined ? undefined : parseCursor(cursor);
      if (cursor !== undefined && !place) return badCursor('cursor');
      const opened = await feeds.open({ identity: ctx.identity, info: ctx.request, ...input, place });
      if (!opened.ok) return opened;
      const { feed, welcome } = opened.data;
      const leave = (): void => feed.close();
      ctx.signal.addEventListener('abort', leave, { once: true });
      try {
        const taken = await gather(feed, welcome ? 0 : wait, ctx.signal);
        if (feed.ended !== undefined) return endOf(feed.ended);
        const events = taken.filter((delivery) => feed.mayGive(delivery) && delivery.event !== 'reset');
        const at = placeOf(feed);
        // A full answer may have left values out.
        if (taken.length >= limits.recoveryPage) at.turn = place?.turn ?? 0;
        const isNews = (channel: string): boolean =>
          cursor === undefined || feed.lost.has(channel) || input.since.some((each) => each.channel === channel);
        return ok({
          events: events.map(({ frame }) => JSON.parse(frame) as ServerFrame),
          cursor: formatCursor(at),
          epoch,
          more: Object.keys(at.behind).length > 0,
          subscribed: opened.data.subscribed().filter(({ channel, error }) => error || isNews(channel)),
          ...(welcome ? { welcome } : {}),
        });
      } finally {
        ctx.signal.removeEventListener('abort', leave);
        for (const channel of feed.connection.own ?? [])
          if (subscriptions().namespaceOf(channel)?.kind === 'latest') lease(channel);
        feed.close();
      }
    },

    stop(): void {
      for (const timer of leases.values()) timer.cancel();
      leases.clear();
    },
  };
}
export type FeedVerbs = ReturnType<typeof createFeedVerbs>;
