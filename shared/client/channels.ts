import type { ServerFrame, SubscribeAck, Welcome } from '../hub/frames.ts';
import { Aborted, fail } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { backoff } from './backoff.ts';
import { createCursor } from './cursor.ts';
import type { Cursor, JournalledFrame } from './cursor.ts';
import { createLane } from './lane.ts';
import type { Timers } from './timers.ts';

/** The channels of one client: who wants them, how far each was received, and what is being recovered. */
export interface Channels {
  /** A connection was let in. */
  welcome(welcome: Pick<Welcome, 'epoch' | 'channels'>): void;
  /** The connection is gone; cursors stay. */
  closed(): void;
  /** Takes an event; gives it out, once and in order, when its turn has come. */
  receive(frame: ServerFrame): void;
  /** Wants a channel; each call is undone by one `drop`. */
  want(channel: string): Promise<Result<SubscribeAck>>;
  drop(channel: string): void;
  /** Events of the channel up to this offset are missing and will not come. */
  lost(channel: string, offset: number): void;
  /** What to ask a feed for: the channels that are wanted, and how far each was received. */
  places(): { epoch: string | undefined; wanted: string[]; since: [channel: string, offset: number][] };
  /** The server ended our part in this channel. */
  forget(channel: string): void;
  /** Forgets every channel: somebody else signs in. */
  clear(): void;
}

export interface ChannelsDeps {
  timers: Timers;
  random: () => number;
  subscribe(channel: string, since?: { epoch: string; offset: number }): Promise<Result<SubscribeAck>>;
  /** Settles when nothing more comes by this subscription. */
  unsubscribe(channel: string): Promise<unknown>;
  deliver(frame: ServerFrame): void;
  /** Events of the channel are missing and will not come. */
  reset(channel: string): void;
  /** Missed events are on their way. */
  recovering(): void;
  /** Nothing is missing any more; `recovered`: no channel had to be reset. */
  recovered(recovered: boolean): void;
}

interface Entry {
  readonly channel: string;
  readonly cursor: Cursor;
  /** Subscriptions of ours. */
  wanted: number;
  /** Whether the server subscribed us by itself. */
  given: boolean;
  asking: boolean;
  failures: number;
  /** Rounds of recovery that brought nothing. */
  idle: number;
  ready?: Promise<Result<SubscribeAck>>;
  settle?: (result: Result<SubscribeAck>) => void;
}

/** Requests for recovery under way at once: many more would overflow the server's queue for one connection. */
const PARALLEL = 32;

export function createChannels(deps: ChannelsDeps): Channels {
  const entries = new Map<string, Entry>();
  const recovering = new Set<Entry>();
  const lane = createLane(PARALLEL);
  let epoch: string | undefined;
  let lost = false;
  /** The connection that answers count for; 0 while there is none. */
  let live = 0;
  let connections = 0;

  /** Neither wanted nor given: kept only to ignore what is still in flight. */
  const isLeft = (entry: Entry) => entry.wanted === 0 && !entry.given;

  function entryOf(channel: string): Entry {
    const existing = entries.get(channel);
    return existing && !isLeft(existing) ? existing : create(channel);
  }

  function create(channel: string): Entry {
    const entry: Entry = {
      channel,
      cursor: createCursor(),
      wanted: 0,
      given: false,
      asking: false,
      failures: 0,
      idle: 0,
    };
    entries.set(channel, entry);
    return entry;
  }

  function dropLeft() {
    for (const entry of entries.values()) if (isLeft(entry)) entries.delete(entry.channel);
  }

  function give(frames: readonly JournalledFrame[]) {
    for (const frame of frames) deps.deliver(frame);
  }

  function reset(entry: Entry, offset: number, asked: number | undefined) {
    const following = entry.cursor.jump(offset);
    lost = true;
    deps.reset(entry.channel);
    give(following);
    if (!entry.cursor.behind()) return;
    if (entry.cursor.offset() !== asked) return ask(entry);
    // Asking from here again would bring the same answer.
    entry.cursor.clear();
    entry.cursor.start(offset);
  }

  /** Offsets of another epoch mean nothing here. Answers with the channels whose place was lost. */
  function enterEpoch(next: string): ReadonlySet<Entry> {
    const voided = new Set<Entry>();
    if (next === epoch) return voided;
    for (const entry of entries.values()) if (entry.cursor.offset() !== undefined) voided.add(entry);
    epoch = next;
    for (const entry of voided) entry.cursor.clear();
    for (const entry of voided) deps.reset(entry.channel);
    lost ||= voided.size > 0;
    return voided;
  }

  function markRecovering(entry: Entry) {
    const wasComplete = recovering.size === 0;
    recovering.add(entry);
    if (wasComplete) deps.recovering();
  }

  function complete(entry: Entry) {
    if (recovering.delete(entry) && recovering.size === 0) finish();
  }

  function finish() {
    const recovered = !lost;
    lost = false;
    deps.recovered(recovered);
  }

  /** One at a time per channel, few at a time in all. */
  function ask(entry: Entry) {
    if (entry.asking || live === 0) return;
    entry.asking = true;
    const connection = live;
    lane.run(() => answer(entry, connection));
  }

  const isCurrent = (entry: Entry, connection: number) =>
    connection === live && entries.get(entry.channel) === entry && !isLeft(entry);

  async function answer(entry: Entry, connection: number) {
    const offset = entry.cursor.offset();
    const since = epoch === undefined || offset === undefined ? undefined : { epoch, offset };
    const result = await deps.subscribe(entry.channel, since);
    if (connection !== live) return;
    entry.asking = false;
    if (isCurrent(entry, connection)) take(entry, offset, result);
    else complete(entry);
  }

  function take(entry: Entry, asked: number | undefined, result: Result<SubscribeAck>) {
    if (!result.ok && result.error.retryable) {
      const connection = live;
      const wait = backoff(entry.failures++, deps.random, result.error.retryAfter);
      deps.timers.after(wait, () => isCurrent(entry, connection) && ask(entry));
      return;
    }
    entry.failures = 0;
    if (result.ok) takeAck(entry, asked, result.data);
    else if (!entry.given) entry.cursor.clear();
    entry.settle?.(result);
    entry.settle = undefined;
    if (!entry.asking) complete(entry);
  }

  function takeAck(entry: Entry, asked: number | undefined, ack: SubscribeAck) {
    enterEpoch(ack.epoch);
    if (asked !== undefined && !ack.recovered) return reset(entry, ack.offset, asked);
    entry.cursor.start(ack.offset);
    entry.cursor.head(ack.offset);
    if (!ack.more && !entry.cursor.behind()) return void (entry.idle = 0);
    // A server may answer before the events it replays have arrived, so one empty round is no proof that none will.
    entry.idle = entry.cursor.offset() === asked ? entry.idle + 1 : 0;
    if (entry.idle < 2) return ask(entry);
    entry.idle = 0;
    reset(entry, ack.offset, asked);
  }

  function close() {
    live = 0;
    lane.clear();
    recovering.clear();
    for (const entry of entries.values()) entry.asking = false;
  }

  return {
    welcome(welcome) {
      const first = epoch === undefined;
      close();
      live = ++connections;
      lost = false;
      const voided = enterEpoch(welcome.epoch);
      const due = new Set<Entry>();
      dropLeft();
      for (const entry of entries.values()) {
        entry.given = false;
        entry.failures = entry.idle = 0;
        if (entry.wanted > 0) due.add(entry);
      }
      for (const { channel, offset } of welcome.channels) {
        const entry = entries.get(channel) ?? create(channel);
        entry.given = true;
        if (entry.cursor.offset() === undefined) {
          entry.cursor.start(offset);
          // What happened there since we were last connected is not known.
          if (!first && !voided.has(entry)) deps.reset(channel);
        } else if (entry.cursor.offset() !== offset) due.add(entry);
      }
      dropLeft();
      for (const entry of due) recovering.add(entry);
      if (due.size === 0) return finish();
      deps.recovering();
      for (const entry of due) ask(entry);
    },
    closed: close,
    receive(frame) {
      const known = entries.get(frame.channel);
      if (known && isLeft(known)) return;
      if (frame.offset === undefined) return deps.deliver(frame);
      if (frame.epoch !== undefined) enterEpoch(frame.epoch);
      const entry = known ?? entryOf(frame.channel);
      if (!known) entry.given = true;
      give(entry.cursor.accept({ ...frame, offset: frame.offset }));
      if (!entry.cursor.behind() || entry.asking) return;
      markRecovering(entry);
      ask(entry);
    },
    want(channel) {
      const entry = entryOf(channel);
      if (entry.wanted++ === 0 || !entry.ready) {
        entry.ready = new Promise((resolve) => (entry.settle = resolve));
        ask(entry);
      }
      return entry.ready;
    },
    drop(channel) {
      const entry = entries.get(channel);
      if (!entry || entry.wanted === 0 || --entry.wanted > 0) return;
      entry.settle?.(fail(Aborted));
      entry.ready = entry.settle = undefined;
      if (entry.given) return;
      entry.cursor.clear();
      complete(entry);
      const end = () => entries.get(channel) === entry && isLeft(entry) && entries.delete(channel);
      if (live > 0) void deps.unsubscribe(channel).then(end);
      else end();
    },
    lost(channel, offset) {
      const entry = entries.get(channel);
      if (!entry || isLeft(entry) || entry.asking || recovering.has(entry)) return;
      if ((entry.cursor.offset() ?? offset) < offset) reset(entry, offset, undefined);
    },
    places() {
      const all = [...entries.values()].filter((entry) => !isLeft(entry));
      return {
        epoch,
        wanted: all.filter(({ wanted }) => wanted > 0).map(({ channel }) => channel),
        since: all.flatMap(({ channel, cursor }): [string, number][] => {
          const offset = cursor.offset();
          return offset === undefined ? [] : [[channel, offset]];
        }),
      };
    },
    forget(channel) {
      const entry = entries.get(channel);
      if (!entry) return;
      entry.cursor.clear();
      entry.given = false;
      if (entry.wanted === 0) entries.delete(channel);
      complete(entry);
    },
    clear() {
      close();
      for (const entry of entries.values()) entry.settle?.(fail(Aborted));
      entries.clear();
      epoch = undefined;
    },
  };
}
