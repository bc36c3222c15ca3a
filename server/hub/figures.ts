import type { ConnectionFigures, Stats, Transport } from '@shared/hub/stats.ts';
import type { LiveSessions } from '../modules/live-sessions.ts';
import type { Connection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { Histogram } from './histogram.ts';
import type { Journal } from './journal.ts';
import { countOf, hasName, namesIn } from './names.ts';
import type { Statistics } from './statistics.ts';

/** Channels that are named with their number of connections. */
const TOP = 10;

/** What can be looked at. */
export interface Observed {
  statistics: Statistics;
  connections: Connections;
  journal: Pick<Journal, 'epoch' | 'seq'>;
  live: Pick<LiveSessions, 'count'>;
  /** How many connections receive each channel that anybody receives. */
  occupancy(): Iterable<[channel: string, connections: number]>;
  /** People who count as online. */
  online(): number;
  /** Answers over HTTP so far, by class of status: `2xx`. */
  requests(): Record<string, number>;
}

const ids = <T extends string>(id: string): T => id as T;

/** A poll is a connection, too, for as long as it takes. */
export const transportOf = ({ request }: Connection): Transport =>
  request.transport === 'sse' ? 'sse' : request.transport === 'socket' ? 'websocket' : 'poll';

/** What is open now, by what it is. */
export function openOf({ connections, live }: Pick<Observed, 'connections' | 'live'>): Stats['connections'] {
  const open = { websocket: 0, sse: 0, poll: 0 };
  for (const connection of connections.all()) open[transportOf(connection)]++;
  return { ...open, stream: live.count('stream'), socket: live.count('socket') };
}

/** What admins see of one connection. */
export const figuresOf = (connection: Connection): ConnectionFigures => ({
  id: ids(connection.id),
  transport: transportOf(connection),
  user: { id: ids(connection.userId), name: connection.identity.name, role: connection.identity.role },
  sessionId: ids(connection.sessionId),
  connectedAt: connection.connectedAt,
  lastActivity: connection.lastActivity,
  expiresAt: connection.expiresAt,
  address: connection.request.ip,
  userAgent: connection.request.userAgent,
  channels: channelCount(connection),
  subscribed: [...namesIn(connection.own)],
  messageCount: connection.messageCount,
  bytesIn: connection.bytesIn,
  queued: queued(connection),
  buffered: buffered(connection),
});

export const channelCount = ({ own, given }: Connection): number => {
  let count = countOf(given);
  for (const channel of namesIn(own)) if (!hasName(given, channel)) count++;
  return count;
};

/** Frames that wait to be handled. */
export const queued = ({ queue }: Connection): number => queue?.length ?? 0;

/** Bytes that wait for a slow reader. */
export const buffered = ({ ws, phase }: Connection): number =>
  phase === 'closed' ? 0 : (ws?.getBufferedAmount() ?? 0);

/** What waits now, over all connections. */
export function queuesOf(connections: Connections): Stats['queues'] {
  let [inbound, longest, outboundBytes] = [0, 0, 0];
  for (const connection of connections.all()) {
    const here = queued(connection);
    inbound += here;
    longest = Math.max(longest, here);
    outboundBytes += buffered(connection);
  }
  return { inbound, longest, outboundBytes };
}

export function sessionCount(connections: Connections): number {
  const sessions = new Set<string>();
  for (const connection of connections.all()) sessions.add(connection.sessionId);
  return sessions.size;
}

function channelsOf(occupancy: Iterable<[string, number]>): Stats['channels'] {
  const top: { channel: string; connections: number }[] = [];
  let [occupied, subscriptions] = [0, 0];
  for (const [channel, connections] of occupancy) {
    occupied++;
    subscriptions += connections;
    const least = top.at(-1);
    if (top.length >= TOP && least && least.connections >= connections) continue;
    const place = top.findIndex((other) => other.connections < connections);
    top.splice(place === -1 ? top.length : place, 0, { channel, connections });
    if (top.length > TOP) top.pop();
  }
  return { occupied, subscriptions, top };
}

const milliseconds = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);

/** Of what comes in whole numbers. */
const whole = (value: number | null): number | null => (value === null ? null : Math.ceil(value));

const quantiles = (histogram: Histogram, now: number) => ({
  p50: milliseconds(histogram.quantile(0.5, now)),
  p90: milliseconds(histogram.quantile(0.9, now)),
  p99: milliseconds(histogram.quantile(0.99, now)),
});

/** The hub in numbers; `at` is the wall clock's. Reading costs some microseconds for each hundred connections. */
export function statsOf(observed: Observed, at: number): Stats {
  const { statistics, connections, journal } = observed;
  const now = statistics.now();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const { ackLatency, commitSize, commitDuration } = statistics;
  return {
    at,
    startedAt: statistics.startedAt,
    connections: openOf(observed),
    sessions: sessionCount(connections),
    users: connections.userCount,
    online: observed.online(),
    opened: statistics.opened,
    refused: { ...statistics.refusals },
    closed: Object.fromEntries(statistics.closes),
    channels: channelsOf(observed.occupancy()),
    traffic: {
      framesIn: statistics.framesIn,
      bytesIn: statistics.bytesIn,
      framesOut: statistics.framesOut,
      bytesOut: statistics.bytesOut,
    },
    refusedFrames: Object.fromEntries(statistics.refusedFrames),
    queues: queuesOf(connections),
    recoveries: { recovered: statistics.recovered, lost: statistics.lost, events: statistics.replayed },
    ackLatency: { ...quantiles(ackLatency, now), count: ackLatency.count },
    commits: {
      count: commitSize.count,
      writes: commitSize.sum,
      size: { p50: whole(commitSize.quantile(0.5, now)), p99: whole(commitSize.quantile(0.99, now)) },
      duration: quantiles(commitDuration, now),
    },
    eventLoop: quantiles(statistics.loopDelay, now),
    memory: { resident: rss, heap: heapUsed },
    cpu: (user + system) / 1e6,
    journal: { epoch: journal.epoch, seq: journal.seq },
    requests: observed.requests(),
  };
}
