import type { Server } from 'bun';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/frames.ts';
import type { RequestInfo } from '../modules/context.ts';
import type { Authenticator, Identity } from '../modules/identity.ts';
import type { LiveSessions } from '../modules/live-sessions.ts';
import type { Registry } from '../modules/registry.ts';
import type { SocketData } from '../platform/http/socket-data.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import { StorageError } from '../platform/db/writer.ts';
import type { Ids } from '../platform/ids.ts';
import type { Logger } from '../platform/log.ts';
import { exceededLimit, type HubLimits, hubLimits } from './admission.ts';
import { createBroker, type TopicServer } from './broker.ts';
import { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { CallStreams } from './call-streams.ts';
import { createConsumers } from './consumers.ts';
import { createDispatch } from './dispatch.ts';
import { systemFrame } from './encode.ts';
import { createFeeds, type Feeds } from './feeds.ts';
import type { Hub } from './hub.ts';
import { Inbound } from './inbound.ts';
import { watchLoop } from './loop-delay.ts';
import { type JournalOptions, openJournal } from './journal.ts';
import { Namespaces } from './namespaces.ts';
import { Pacer } from './pacer.ts';
import { Presence } from './presence.ts';
import type { Statistics } from './statistics.ts';
import { Subscriptions } from './subscriptions.ts';
import { Taps } from './taps.ts';
import { type Snapshot, snapshotFor, Snapshots, welcomeOf } from './welcome.ts';

/** Attempts to read a connection's start as of one moment; after that, what came meanwhile follows the welcome. */
const SNAPSHOT_TRIES = 8;
/** How long clients are given to leave before their sockets are closed. */
const DRAIN_SPREAD = 2000;

/** Of connections that call nothing which would ask for them. */
const noHeaders = Object.freeze({});

export interface HubOptions {
  db: Db;
  clock: Clock;
  ids: Ids;
  log: Logger;
  random: () => number;
  authenticator: Authenticator;
  live: LiveSessions;
  version: string;
  build: string;
  statistics: Statistics;
  /** A socket beyond these is refused with 503. */
  limits?: Partial<HubLimits> | undefined;
  highWater?: JournalOptions['highWater'];
}

/** The hub with what only the server around it may do. */
export interface RunningHub extends Hub {
  /** Takes over an authenticated request; false: it was no WebSocket handshake. */
  upgrade(server: Server<SocketData>, request: Request, identity: Identity, info: RequestInfo): boolean;
  /** Which limit another connection of this person from this address would exceed. */
  exceeds(userId: string, address: string): ReturnType<typeof exceededLimit>;
  /** The server whose topics carry frames. */
  listen(server: TopicServer): void;
  readonly connections: Connections;
  readonly statistics: Statistics;
  readonly presence: Presence;
  /** What streams and polls read from. */
  readonly feeds: Feeds;
  readonly taps: Taps;
  /** There once the hub serves its modules. */
  subscriptions(): Subscriptions;
  /** True while the server goes down. */
  readonly draining: boolean;
  /** Tells every client to come back later, spread at random, then closes what is left. */
  drain(): Promise<void>;
  stop(): void;
}

/** Builds the hub. `serve` gives it the modules, `listen` the server, before the first connection. */
export async function createHub(options: HubOptions): Promise<RunningHub> {
  const { db, clock, ids, log, random, authenticator, live, version, build, statistics } = options;
  const connections = new Connections();
  const most: HubLimits = { ...hubLimits, ...options.limits };
  let topics: TopicServer | undefined;
  let registry: Registry | undefined;
  let subscriptions: Subscriptions | undefined;
  let inbound: Inbound | undefined;
  const taps = new Taps();
  let draining = false;
  const journal = await openJournal({
    db,
    clock,
    ids,
    highWater: options.highWater,
    failed(error) {
      // A disk that refuses is told of to those who wanted to change something; what follows from before is tried again.
      if (error instanceof StorageError) log.warn('what follows from the journal waits for the disk', { error });
      else log.error('what follows from the journal could not be stored', { error });
    },
    publish(event) {
      taps.note(event);
      subscriptions?.publishJournalled(event);
      pacer.published(event.channel);
      consumers.wake();
    },
  });

  const consumers = createConsumers({ db, clock, log, journal });
  taps.begin(journal.seq);
  const pacer = new Pacer(
    (channel) => subscriptions?.subscribers(channel) ?? 0,
    (work) => void setImmediate(work),
    () => performance.now(),
  );
  db.pace((channel) => pacer.delay(channel));
  const modules = () => registry?.modules ?? [];
  const serving = (): Subscriptions => {
    if (!subscriptions) throw new Error('The hub serves no modules yet');
    return subscriptions;
  };
  const presence = new Presence({
    clock,
    onOnline: (userId) => {
      for (const module of modules()) module.onOnline?.(userId);
    },
    onOffline: (userId) => {
      for (const module of modules()) module.onOffline?.(userId);
    },
  });

  /** One timer for all: a ping where it was quiet, an end where no answer came. */
  const sweep = (): void => {
    const now = clock.now();
    for (const connection of connections.all()) {
      // Set back, the clock puts what was heard into the future, where silence would not be noticed for long.
      if (connection.lastActivity > now) connection.lastActivity = now;
      if (connection.pingedAt > now) connection.pingedAt = now;
      if (connection.pingedAt > 0) {
        if (now - connection.pingedAt >= limits.pongTimeout) connection.end(closeCodes.noPong, 'no answer to a ping');
      } else if (now - connection.lastActivity >= limits.pingInterval) {
        connection.pingedAt = now;
        connection.send(systemFrame('ping', {}, now));
      }
    }
  };
  const pinging: Timer = clock.setInterval(sweep, 1000);
  const watching = watchLoop(clock, statistics);

  const snapshots = new Snapshots(
    () => taps.seq,
    (identity) => snapshotFor(identity, modules(), journal, [`user:${identity.userId}`, 'global']),
  );
  const welcomeTo = ({ id, identity }: Connection, snapshot: Snapshot) =>
    welcomeOf({ connectionId: id, identity, snapshot, epoch: journal.epoch, version, build });

  const sendAway = (connection: Connection): void =>
    connection.send(systemFrame('drain', { delay: Math.round(random() * DRAIN_SPREAD) }, clock.now()));

  const open = async (connection: Connection): Promise<void> => {
    const { identity } = connection;
    let snapshot: Snapshot;
    let cuts: number;
    let moved: Snapshot['channels'];
    let tries = 0;
    do {
      cuts = connection.cuts;
      snapshot = await snapshots.of(identity);
      moved = snapshot.moved();
    } while (connection.cuts !== cuts || (moved.length > 0 && ++tries < SNAPSHOT_TRIES));
    if (connection.phase === 'closed') return;
    for (const { channel } of snapshot.channels) serving().attach(connection, channel, 'given');
    for (const { channel } of moved) connection.ws?.unsubscribe(channel);
    connection.phase = 'live';
    connection.send(systemFrame('welcome', welcomeTo(connection, snapshot), clock.now()));
    if (draining) sendAway(connection);
    presence.came(identity.userId);
    for (const { channel, offset } of moved) await serving().catchUp(connection, channel, offset);
    await inbound?.drain(connection);
  };

  const events = {
    opened(connection: Connection) {
      statistics.opened++;
      connections.add(connection);
      live.track(connection);
      open(connection).catch((error: unknown) => {
        log.error('a connection could not be opened', { connection: connection.id, error });
        connection.end(closeCodes.draining, 'could not be opened');
      });
    },
    received: (connection: Connection, data: string | Buffer) => inbound?.receive(connection, data),
    sent: (bytes: number) => statistics.sent(bytes, 1),
    closed(connection: Connection, code: number) {
      if (connection.request.transport !== 'http') statistics.closed(code);
      live.untrack(connection);
      connections.remove(connection);
      subscriptions?.drop(connection);
      if (connections.countOf(connection.userId) === 0) presence.left(connection.userId);
      log.debug('connection closed', { connection: connection.id, code });
    },
  };

  const connect = (identity: Identity, info: RequestInfo) =>
    new Connection(ids.next('con'), identity, info, clock.now(), events);
  const feeds = createFeeds({
    journal,
    taps,
    statistics,
    subscriptions: serving,
    now: clock.now,
    admits: (identity, info) => exceededLimit(connections, most, identity.userId, info.ip) === undefined,
    connect(identity, info) {
      // Field by field: what is read when asked for would not come along.
      const { requestId, ip, userAgent, transport, baseUrl, local } = info;
      const kept: RequestInfo = { requestId, ip, userAgent, headers: noHeaders, transport, baseUrl, local };
      const connection = connect(identity, kept);
      // A poll comes and goes every few seconds: counted, it would drown the rest.
      if (info.transport !== 'http') statistics.opened++;
      connections.add(connection);
      live.track(connection);
      presence.came(identity.userId);
      return connection;
    },
    snapshot: (identity) => snapshots.of(identity),
    welcomeOf: welcomeTo,
    draining: () => draining,
  });

  return {
    journal,
    consume: consumers.consume,
    rulerOf(channel) {
      const namespace = serving().namespaceOf(channel);
      const module = serving().ownerOf(channel);
      return namespace && module !== undefined ? { module, namespace } : undefined;
    },
    feeds,
    taps,
    connections,
    statistics,
    presence,
    subscriptions: serving,
    get draining() {
      return draining;
    },
    serve(served) {
      registry = served;
      subscriptions = new Subscriptions(
        journal,
        new Namespaces(served.modules),
        connections,
        createBroker(() => topics, taps),
        statistics,
      );
      const dispatch = createDispatch({
        registry: served,
        subscriptions,
        authenticator,
        streams: new CallStreams(clock, log),
        extend: (connection, expiresAt) => live.extend(connection.sessionId, expiresAt),
        pong: (connection, frame) => connection.send(systemFrame('pong', {}, clock.now(), frame.id)),
      });
      inbound = new Inbound({ dispatch, clock, log, statistics, limits: most, gathers: db.gathers });
    },
    listen(server) {
      topics = server;
    },
    publish: (channel, event, payload) => serving().publish(channel, event, payload, clock.now()),
    publishExcept: (channel, userId, event, payload) =>
      serving().publishExcept(channel, userId, event, payload, clock.now()),
    subscribeUser(userId, channel) {
      // One that is still opening reads its channels again: the right came after it had asked.
      for (const connection of connections.ofUser(userId))
        if (connection.phase === 'opening') connection.cuts++;
        else if (!connection.selective) serving().attach(connection, channel, 'given');
    },
    unsubscribeUser(userId, channel) {
      for (const connection of connections.ofUser(userId)) serving().withdraw(connection, channel, clock.now());
    },
    isOnline: (userId) => presence.isOnline(userId),
    present: (channel) => serving().present(channel),
    endSession: (sessionId) => live.endSession(sessionId),
    endUser: (userId) => live.endUser(userId),
    extendSession: (sessionId, expiresAt) => live.extend(sessionId, expiresAt),
    exceeds: (userId, address) => exceededLimit(connections, most, userId, address),
    upgrade(server, request, identity, info) {
      return server.upgrade(request, { data: connect(identity, info) });
    },
    async drain() {
      draining = true;
      for (const connection of connections.all()) if (connection.phase === 'live') sendAway(connection);
      const deadline = clock.now() + DRAIN_SPREAD;
      while (connections.size > 0 && clock.now() < deadline)
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 50));
      for (const connection of connections.all()) connection.end(closeCodes.draining, 'the server goes down');
    },
    stop() {
      pinging.cancel();
      watching.cancel();
      presence.stop();
      journal.stop();
    },
  };
}
