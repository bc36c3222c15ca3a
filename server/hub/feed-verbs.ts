import type { PollAnswer, PollInput, SubscribeInput } from '@shared/hub/feed.ts';
import { limits, type ServerFrame } from '@shared/hub/frames.ts';
import { fail, Invalid, Unauthenticated } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import type { z } from 'zod';
import type { Context } from '../modules/context.ts';
import type { Clock } from '../platform/clock.ts';
import type { Dismissals } from './dismissals.ts';
import { type FeedPlace, formatCursor, parseCursor } from './feed-cursor.ts';
import { endOf, FeedStream, type FeedStreamDeps } from './feed-stream.ts';
import type { Feed } from './feed.ts';
import type { Feeds } from './feeds.ts';
import { namesIn } from './names.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Taps } from './taps.ts';

/** Milliseconds that a polled channel counts as watched after the answer: its values go on until the next poll. */
const LEASE = 15_000;

export interface FeedVerbsDeps {
  feeds: Feeds;
  taps: Taps;
  dismissals: Dismissals;
  epoch: string;
  subscriptions: () => Subscriptions;
  clock: Clock;
}

const badCursor = (path: string): Err => fail(Invalid, undefined, { issues: [{ path, code: 'invalid_format' }] });

/** The functions `hub.subscribe` (a stream) and `hub.poll`: what the socket carries, for those whom it does not reach. */
export function createFeedVerbs({ feeds, taps, dismissals, epoch, subscriptions, clock }: FeedVerbsDeps) {
  const streams: FeedStreamDeps = { epoch, now: clock.now };

  /** What was received of a feed so far. */
  const placeOf = (feed: Feed): FeedPlace => ({
    epoch,
    seq: taps.seq,
    turn: subscriptions().turn,
    behind: Object.fromEntries(feed.behind()),
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
    ): Promise<Result<FeedStream>> {
      if (!ctx.identity) return fail(Unauthenticated);
      const resumed = ctx.lastEventId ?? lastEventId;
      const place = resumed === undefined ? undefined : parseCursor(resumed);
      if (resumed !== undefined && !place) return badCursor('lastEventId');
      // A stream that starts every channel from `since` and comes back by itself is at those places or past them.
      const isReturning = ctx.lastEventId !== undefined && input.since.length >= input.channels.length;
      const opened = await feeds.open({ identity: ctx.identity, info: ctx.request, ...input, place, isReturning });
      if (!opened.ok) return opened;
      const base = place?.epoch === epoch && place.seq <= taps.seq ? place.seq : 0;
      return ok(new FeedStream(streams, opened.data, base));
    },

    async poll(ctx: Context, { cursor, wait, ...input }: z.output<typeof PollInput>): Promise<Result<PollAnswer>> {
      if (!ctx.identity) return fail(Unauthenticated);
      const place = cursor === undefined ? undefined : parseCursor(cursor);
      if (cursor !== undefined && !place) return badCursor('cursor');
      // Whoever goes on polling was there when it was sent away; who begins anew comes back.
      const dismissed = place && dismissals.codeFor(ctx.identity);
      if (dismissed !== undefined) return endOf(dismissed);
      if (!place) dismissals.returned(ctx.identity);
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
          cursor === undefined || feed.hasLost(channel) || input.since.some((each) => each.channel === channel);
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
        for (const channel of namesIn(feed.connection.own)) {
          const namespace = subscriptions().namespaceOf(channel);
          if (namespace?.kind === 'latest' || namespace?.onOccupied) lease(channel);
        }
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
