import { z } from 'zod';
import { ConnectionId, SessionId, Timestamp, UserId } from '../kernel/ids.ts';

const Count = z.number().int().nonnegative();
const Counts = z.record(z.string(), Count);
/** Of the last one to two minutes; null while nothing was measured. */
const Quantile = z.number().nonnegative().nullable();
const Milliseconds = z.object({ p50: Quantile, p90: Quantile, p99: Quantile });

/** How a connection receives events. */
export const Transport = z.enum(['websocket', 'sse', 'poll']);
export type Transport = z.infer<typeof Transport>;

/** One connection, as admins see it. */
export const ConnectionFigures = z.object({
  id: ConnectionId,
  transport: Transport,
  user: z.object({ id: UserId, name: z.string(), role: z.enum(['guest', 'member', 'admin']) }),
  sessionId: SessionId,
  connectedAt: Timestamp,
  lastActivity: Timestamp,
  /** When its session's token expires. */
  expiresAt: Timestamp,
  address: z.string(),
  userAgent: z.string(),
  /** Channels it receives, and those of them that the client subscribed itself. */
  channels: Count,
  subscribed: z.array(z.string()),
  /** Frames and bytes that it sent. */
  messageCount: Count,
  bytesIn: Count,
  /** Frames that wait to be handled; bytes that wait for a slow reader. */
  queued: Count,
  buffered: Count,
});
export type ConnectionFigures = z.infer<typeof ConnectionFigures>;

/** The hub as it is now. Counts grow from the start of the process on and never shrink. */
export const Stats = z.object({
  at: Timestamp,
  startedAt: Timestamp,
  /** Open now: sockets, streams and polls of the hub; beside them the streams and sockets of modules. */
  connections: z.object({ websocket: Count, sse: Count, poll: Count, stream: Count, socket: Count }),
  /** Sessions with a connection, people with a connection, and people who count as online (a short absence is none). */
  sessions: Count,
  users: Count,
  online: Count,
  /** Since the start: let in, refused by reason, closed by code. */
  opened: Count,
  refused: Counts,
  closed: Counts,
  channels: z.object({
    occupied: Count,
    subscriptions: Count,
    /** Those with the most connections. */
    top: z.array(z.object({ channel: z.string(), connections: Count })),
  }),
  traffic: z.object({ framesIn: Count, bytesIn: Count, framesOut: Count, bytesOut: Count }),
  /** Frames refused unread, by error code. */
  refusedFrames: Counts,
  queues: z.object({
    /** Frames that wait to be handled, in all and of the worst connection. */
    inbound: Count,
    longest: Count,
    /** Bytes that wait for slow readers. */
    outboundBytes: Count,
  }),
  recoveries: z.object({ recovered: Count, lost: Count, events: Count }),
  /** Milliseconds from a frame's arrival until it was answered; `count` of them were timed. */
  ackLatency: Milliseconds.extend({ count: Count }),
  commits: z.object({
    count: Count,
    writes: Count,
    /** Writes that shared a commit. */
    size: z.object({ p50: Quantile, p99: Quantile }),
    /** Milliseconds. */
    duration: Milliseconds,
  }),
  /** Milliseconds that the event loop was late. */
  eventLoop: Milliseconds,
  /** Bytes. */
  memory: z.object({ resident: Count, heap: Count }),
  /** Seconds of processor time. */
  cpu: z.number().nonnegative(),
  journal: z.object({ epoch: z.string(), seq: Count }),
  /** Answers over HTTP by class of status: `2xx`. */
  requests: Counts,
});
export type Stats = z.infer<typeof Stats>;
