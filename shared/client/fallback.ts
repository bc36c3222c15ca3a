import type { Subscribed, SubscribedChannel } from '../hub/feed.ts';
import type { ServerFrame, SubscribeAck, Welcome } from '../hub/frames.ts';
import { Aborted, BadAnswer, fail, Forbidden, TimedOut, Unreachable } from '../kernel/errors.ts';
import type { HearthError, Result } from '../kernel/result.ts';
import type { Call } from './api.ts';
import { backoff } from './backoff.ts';
import type { Channels } from './channels.ts';
import { drainDelay } from './connection.ts';
import { withDeadline } from './deadline.ts';
import type { FeedEvents, FeedLink, FeedRequest } from './feed-link.ts';
import type { Http } from './http.ts';
import { createPollLink } from './poll-link.ts';
import type { Renewal } from './refresh.ts';
import { createStreamLink } from './stream-link.ts';
import type { StreamSlots } from './stream-slots.ts';
import type { Timers } from './timers.ts';

/**
 * Receives where no socket passes: by a stream, or by polling where streams do not pass either or other tabs hold the few
 * connections that a browser allows. Its channels and cursors are those of the socket.
 */
export interface Fallback {
  start(): void;
  stop(): void;
  /** What carries events now. */
  transport(): 'stream' | 'poll' | undefined;
  /** The network or the person came back: tries what did not work before. */
  wake(): void;
  subscribe(channel: string): Promise<Result<SubscribeAck>>;
  unsubscribe(channel: string): Promise<void>;
}

export interface FallbackDeps {
  timers: Timers;
  random: () => number;
  http: Http;
  call: Call;
  renewal: Renewal;
  slots: StreamSlots;
  channels: Pick<Channels, 'places' | 'lost'>;
  onWelcome(frame: ServerFrame<'welcome', Welcome>): void;
  onFrame(frame: ServerFrame): void;
  /** Events no longer arrive; without a reason it was stopped. */
  onDown(reason?: HearthError): void;
  /** The server does not want us back, whichever way we come. */
  onRefused(reason: HearthError): void;
}

/** Milliseconds until streams are tried again where they did not pass. */
const NO_STREAMS = 300_000;
/** Milliseconds between questions to the other tabs for the right to hold a connection. */
const ASK_AGAIN = 30_000;
/** Nothing came in time, or what came is not from Hearth: something between does not let streams pass. */
const doesNotPass: readonly string[] = [TimedOut.code, BadAnswer.code];
/** Milliseconds over which new channels are gathered before everything is asked for anew. */
const GATHER = 20;

export function createFallback(deps: FallbackDeps): Fallback {
  const { timers, random, slots, channels } = deps;
  const links: Record<'stream' | 'poll', FeedLink> = {
    stream: createStreamLink(deps.http, deps.renewal, timers),
    poll: createPollLink(deps.call, timers, () => holding),
  };
  const asked = new Map<string, (result: Result<SubscribeAck>) => void>();
  let run: AbortController | undefined;
  /** The link under way. */
  let link = new AbortController();
  let transport: 'stream' | 'poll' = 'stream';
  let epoch: string | undefined;
  let live = false;
  let holding = false;
  let noStreamsUntil = 0;
  let failures = 0;
  let again = false;
  let cancelAgain = () => {};
  let wake = () => {};
  /** How the channels of this link fared that nobody has asked about yet; undefined before it is known. */
  let told: Map<string, SubscribedChannel> | undefined;
  /** Channels that this link tells about. */
  let covered = new Set<string>();

  function request(): FeedRequest {
    const places = channels.places();
    covered = new Set(places.wanted);
    told = undefined;
    return {
      own: true,
      channels: places.wanted,
      since: places.since.map(([channel, offset]) => `${channel}:${offset}`),
      ...(places.epoch === undefined ? {} : { epoch: places.epoch }),
    };
  }

  /** Asks for everything anew: channels came or went. */
  function restart(after = GATHER) {
    cancelAgain();
    cancelAgain = timers.after(after, () => {
      again = true;
      link.abort();
      wake();
    });
  }

  function answer(channel: string) {
    const settle = asked.get(channel);
    const fared = told?.get(channel);
    if (!settle) return;
    if (!fared) {
      if (told || !covered.has(channel)) restart();
      return;
    }
    asked.delete(channel);
    told?.delete(channel);
    const { error, recovered, offset } = fared;
    settle(error ? { ok: false, error } : { ok: true, data: { recovered, offset, more: false, epoch: epoch ?? '' } });
  }

  const events: FeedEvents = {
    welcome(frame) {
      const welcome = frame.payload as Welcome;
      for (const { channel } of welcome.channels) covered.add(channel);
      failures = 0;
      if (live && welcome.epoch === epoch) return;
      live = true;
      epoch = welcome.epoch;
      deps.onWelcome(frame as ServerFrame<'welcome', Welcome>);
    },
    frame(frame) {
      if (frame.event === 'drain') restart(drainDelay(frame.payload));
      // What was lost is told with the rest when nothing else is missing any more.
      else if (frame.event !== 'reset') deps.onFrame(frame);
    },
    subscribed(subscribed: Subscribed) {
      epoch = subscribed.epoch;
      const since = new Set(channels.places().since.map(([channel]) => channel));
      told = new Map(subscribed.channels.map((each) => [each.channel, each]));
      for (const { channel, recovered, offset, error } of subscribed.channels)
        if (!asked.has(channel) && !recovered && !error && since.has(channel)) channels.lost(channel, offset);
      for (const channel of [...asked.keys()]) answer(channel);
    },
  };

  function down(reason?: HearthError) {
    for (const settle of asked.values()) settle(fail(Unreachable));
    asked.clear();
    if (!live) return;
    live = false;
    deps.onDown(reason);
  }

  /** Tabs that ask now and then look whether they may hold a connection meanwhile. */
  function askAgain(signal: AbortSignal): () => void {
    return timers.after(ASK_AGAIN, async () => {
      holding = await slots.take();
      if (signal.aborted) return;
      if (holding) restart();
      else askAgain(signal);
    });
  }

  async function follow(signal: AbortSignal) {
    while (!signal.aborted) {
      holding ||= await slots.take();
      if (signal.aborted) return;
      transport = holding && timers.now() >= noStreamsUntil ? 'stream' : 'poll';
      link = new AbortController();
      const cancel = holding ? () => {} : askAgain(link.signal);
      const ended: Result<never> = await links[transport].run(request(), events, link.signal);
      link.abort();
      cancel();
      if (signal.aborted) return;
      if (again) again = false;
      else if (transport === 'stream' && !live && !ended.ok && doesNotPass.includes(ended.error.code))
        noStreamsUntil = timers.now() + NO_STREAMS;
      else if (!ended.ok) {
        down(ended.error);
        if (ended.error.code === Forbidden.code) deps.onRefused(ended.error);
        if (!ended.error.retryable) return stop();
        await pause(backoff(failures++, random, ended.error.retryAfter), signal);
      }
    }
  }

  const pause = (ms: number, signal: AbortSignal) =>
    withDeadline(timers, ms, [signal], () => new Promise<void>((resolve) => (wake = resolve)));

  function stop() {
    if (!run) return;
    run.abort();
    link.abort();
    run = undefined;
    cancelAgain();
    wake();
    if (holding) slots.release();
    holding = false;
    down();
  }

  return {
    start() {
      if (run) return;
      run = new AbortController();
      again = false;
      failures = 0;
      void follow(run.signal);
    },
    stop,
    transport: () => (live ? transport : undefined),
    wake() {
      noStreamsUntil = 0;
      wake();
    },
    subscribe(channel) {
      if (!live) return Promise.resolve(fail(Unreachable));
      asked.get(channel)?.(fail(Aborted));
      return new Promise((resolve) => {
        asked.set(channel, resolve);
        answer(channel);
      });
    },
    async unsubscribe() {
      if (live) restart();
    },
  };
}
