import { ChannelNotFound, TooManyConnections } from '@shared/hub/errors.ts';
import type { SubscribedChannel } from '@shared/hub/feed.ts';
import type { Welcome } from '@shared/hub/frames.ts';
import { fail, NotReady } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { Identity } from '../modules/identity.ts';
import type { ChannelNamespace } from '../modules/module.ts';
import type { Connection } from './connection.ts';
import { Feed } from './feed.ts';
import type { FeedPlace } from './feed-cursor.ts';
import type { Journal } from './journal.ts';
import { SharedPages } from './shared-pages.ts';
import type { Statistics } from './statistics.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Taps } from './taps.ts';
import { Turns } from './turns.ts';
import type { Snapshot } from './welcome.ts';

export interface FeedRequest {
  identity: Identity;
  info: RequestInfo;
  channels: readonly string[];
  since: readonly { channel: string; offset: number }[];
  /** Of the offsets in `since`. */
  epoch?: string | undefined;
  /** Where every channel goes on that `since` does not name. */
  place?: FeedPlace | undefined;
  /** The place speaks for all channels; `since` names what was had before it. */
  isReturning?: boolean;
  own: boolean;
}

export interface OpenFeed {
  feed: Feed;
  /** With `own`, where no cursor of this epoch says that the client has one. */
  welcome?: Welcome;
  /** How each channel fares, as far as is known: what the journal lost is told by `reset` when it comes to light. */
  subscribed(): SubscribedChannel[];
}

export interface FeedsDeps {
  journal: Journal;
  taps: Taps;
  statistics: Statistics;
  subscriptions: () => Subscriptions;
  now: () => number;
  /** Whether another connection of this person has room. */
  admits: (identity: Identity, info: RequestInfo) => boolean;
  /** Makes a connection and counts it, until its `close` is called. */
  connect: (identity: Identity, info: RequestInfo) => Connection;
  /** The channels that the server gives, their heads and the modules' state. */
  snapshot: (identity: Identity) => Promise<Snapshot>;
  welcomeOf: (connection: Connection, snapshot: Snapshot) => Welcome;
  /** True while the server goes down. */
  draining: () => boolean;
}

/** Feeds that look up where they start, or read a page, in one turn of the event loop: some milliseconds of work. */
const PAGES_A_TURN = 4;

/** Where a channel starts, and what is said about it. */
interface Start {
  offset: number;
  head: number;
  /** Whether a cursor spoke for it; `lost` when that place cannot be gone on from. */
  asked: boolean;
  lost: boolean;
}

/** Opens what streams and polls read from: who may, which channels, and where each of them starts. */
export function createFeeds(deps: FeedsDeps) {
  const { journal, taps, statistics } = deps;
  const pages = new SharedPages(journal);
  const turns = new Turns(PAGES_A_TURN);
  const shared = { journal, pages, taps, now: deps.now, published: () => taps.seq, turns, statistics };

  const startAt = async (channel: string, offset: number | undefined, head: number): Promise<Start> => {
    if (offset === undefined || offset > head) return { offset: head, head, asked: true, lost: true };
    const [next] = offset < head ? await pages.read(channel, offset, 1, 0) : [];
    const lost = offset < head && next?.offset !== offset + 1;
    return { offset: lost ? head : offset, head, asked: true, lost };
  };

  const offsetOf = async (channel: string, head: number, place: FeedPlace): Promise<number | undefined> => {
    if (place.epoch !== journal.epoch || place.seq > taps.seq) return undefined;
    if (Object.hasOwn(place.behind, channel)) return place.behind[channel];
    return taps.isQuietSince(channel, place.seq) ? head : journal.offsetUpTo(channel, place.seq);
  };

  const startOf = async (request: FeedRequest, channel: string, given: number | undefined): Promise<Start> => {
    const { since, place, epoch = journal.epoch, isReturning } = request;
    const head = await journal.head(channel);
    const named = since.find((each) => each.channel === channel);
    const offset = epoch === journal.epoch ? named?.offset : undefined;
    if (named && !(place && isReturning)) return startAt(channel, offset, head);
    if (!place) return { offset: given ?? head, head, asked: false, lost: false };
    const reached = await offsetOf(channel, head, place);
    // In mid-recovery a place is behind what was had of some channels from the start.
    return startAt(channel, reached === undefined ? undefined : Math.max(reached, offset ?? 0), head);
  };

  /** What may be received: asked again until nothing was withdrawn meanwhile. */
  const prepare = async (connection: Connection, request: FeedRequest) => {
    for (;;) {
      const { cuts } = connection;
      const snapshot = request.own ? await deps.snapshot(request.identity) : undefined;
      const kinds = new Map<string, ChannelNamespace['kind']>();
      const starts = new Map<string, Start>();
      const refused: string[] = [];
      for (const channel of request.channels) {
        const namespace = deps.subscriptions().namespaceOf(channel);
        if (!namespace || !(await namespace.maySubscribe(request.identity, channel))) refused.push(channel);
        else kinds.set(channel, namespace.kind);
      }
      const given = new Map(snapshot?.channels.map(({ channel, offset }) => [channel, offset]));
      for (const channel of given.keys())
        kinds.set(channel, deps.subscriptions().namespaceOf(channel)?.kind ?? 'journalled');
      for (const [channel, kind] of kinds)
        if (kind === 'journalled') starts.set(channel, await startOf(request, channel, given.get(channel)));
      if (connection.cuts === cuts) return { snapshot, kinds, starts, refused, given };
    }
  };

  const attach = (
    feed: Feed,
    { kinds, starts, given }: Awaited<ReturnType<typeof prepare>>,
    { place, info }: FeedRequest,
  ): void => {
    const { connection } = feed;
    // Each poll goes on from the one before it: counted, that would drown the rest.
    const isRecovery = place === undefined || info.transport !== 'http';
    for (const [channel, kind] of kinds) {
      const start = starts.get(channel);
      // Read first: a channel that becomes occupied may publish a value at once.
      const latest = kind === 'latest' ? deps.subscriptions().latest(channel) : undefined;
      if (start) feed.follow(channel, start.offset, start.head);
      if (start?.asked && isRecovery) feed.recovers(channel);
      deps.subscriptions().attach(connection, channel, given.has(channel) ? 'given' : 'own');
      if (start?.lost) feed.lose(channel, start.offset);
      if (latest && latest.turn > (place?.turn ?? 0))
        feed.tell(channel, latest.event, JSON.parse(latest.payload), latest.at);
    }
    connection.phase = 'live';
  };

  /**
   * Opens a feed; whoever gets it has to close it. Without `own` one channel that is not ours refuses all.
   * Errors: hub.channel_not_found, hub.too_many_connections, server.not_ready.
   */
  async function open(request: FeedRequest): Promise<Result<OpenFeed>> {
    const { identity, info, own, place } = request;
    if (deps.draining()) return fail(NotReady, undefined, { retryAfter: 1 });
    if (!deps.admits(identity, info)) return fail(TooManyConnections, undefined, { retryAfter: 5 });
    const connection = deps.connect(identity, info);
    connection.selective = !own;
    const feed = new Feed(connection, shared);
    connection.ws = feed;
    try {
      await turns.take();
      const prepared = await prepare(connection, request);
      const { snapshot, kinds, starts, refused } = prepared;
      const [channel] = refused;
      if (!own && channel !== undefined) {
        feed.close();
        return fail(ChannelNotFound, { channel });
      }
      if (feed.ended !== undefined) return fail(NotReady, undefined, { retryAfter: 1 });
      attach(feed, prepared, request);
      const isNew = place === undefined || place.epoch !== journal.epoch;
      return ok({
        feed,
        ...(snapshot && isNew ? { welcome: deps.welcomeOf(connection, snapshot) } : {}),
        subscribed: () => [
          ...[...kinds.keys()].map((name) => {
            const start = starts.get(name);
            return start
              ? { channel: name, recovered: start.asked && !feed.hasLost(name), offset: feed.placeOf(name) }
              : { channel: name, recovered: true, offset: 0 };
          }),
          ...refused.map((name) => ({
            channel: name,
            recovered: false,
            offset: 0,
            error: fail(ChannelNotFound).error,
          })),
        ],
      });
    } catch (error) {
      feed.close();
      throw error;
    }
  }

  return { open };
}
export type Feeds = ReturnType<typeof createFeeds>;
