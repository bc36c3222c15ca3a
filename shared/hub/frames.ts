import { z } from 'zod';
import type { HearthError } from '../kernel/result.ts';

export * from './limits.ts';

/** The cursor of one channel: the offset counts within the epoch. */
export const Cursor = z.strictObject({ epoch: z.string().min(1).max(64), offset: z.number().int().nonnegative() });
export type Cursor = z.infer<typeof Cursor>;

export const ChannelName = z.string().regex(/^[a-z][a-z0-9_]*(:[A-Za-z0-9_.-]{1,80}){0,2}$/);

/** An object as it came: a record would lose the key `__proto__` unseen, which whoever reads the object is to refuse. */
const JsonObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

export const RequestId = z.union([z.string().min(1).max(64), z.number().int().nonnegative()]);
export type RequestId = z.infer<typeof RequestId>;

/** Everything a client may send. The server is strict: an unknown key is an error frame. */
export const ClientFrame = z.strictObject({
  event: z.string().min(1).max(64),
  channel: z.string().min(1).max(200),
  payload: JsonObject,
  /** Echoed in the one `ack` or `error` that answers. */
  id: RequestId.optional(),
});
export type ClientFrame = z.infer<typeof ClientFrame>;

/** Ends the stream that the call of this id began. */
export const CancelPayload = z.strictObject({ id: RequestId });

export const SubscribePayload = z.strictObject({ since: Cursor.optional() });
export const AuthenticationPayload = z.union([
  z.strictObject({ token: z.string().min(1).max(4096) }),
  z.strictObject({ ticket: z.string().min(1).max(200) }),
]);
/** Names one action of its sender. What a header can carry, so that both ways take the same keys. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,128}$/);

export const CallPayload = z.strictObject({
  module: z.string().min(1).max(64),
  function: z.string().min(1).max(64),
  input: JsonObject.default({}),
  key: IdempotencyKey.optional(),
  /** Of a stream: go on after this event. */
  lastEventId: z.string().max(1000).optional(),
});

/** Everything the server sends. Clients ignore keys and events that they do not know. */
export interface ServerFrame<E extends string = string, P = unknown> {
  event: E;
  channel: string;
  payload: P;
  /** Server time in milliseconds. */
  ts: number;
  id?: RequestId;
  /** On journalled events, and on the ack of what caused one. */
  offset?: number;
  epoch?: string;
  seq?: number;
}

/** The answer to `subscribe`. `recovered: false`: load the state afresh, nothing was replayed. */
export interface SubscribeAck {
  recovered: boolean;
  /** More missed events wait: subscribe again from `offset`. The channel is not live before the last page. */
  more: boolean;
  epoch: string;
  /** Head of the channel, or the last replayed offset while `more`. 0 on channels without a journal. */
  offset: number;
}

export interface Welcome {
  connectionId: string;
  protocol: number;
  /** Version and build of the server: a tab of another build offers a reload. */
  server: { version: string; build: string };
  user: { id: string; name: string; role: string };
  sessionExpiresAt: number;
  epoch: string;
  pingInterval: number;
  pongTimeout: number;
  limits: { frameBytes: number; channels: number };
  /** Channels that the server subscribed this connection to, with their heads. */
  channels: { channel: string; offset: number }[];
  /** What each module adds, under the module's name; `chat` gives the user's rooms. */
  state: Record<string, unknown>;
}

export type ErrorPayload = HearthError;

/** The payload of `stream`: an event of the stream that was called with this id. */
export interface StreamPayload {
  id: RequestId;
  event: string;
  data: unknown;
  /** The stream can be resumed after this event. */
  eventId?: string;
}

/** The payload of `stream_end`: nothing more comes. With an error it did not finish. */
export interface StreamEndPayload {
  id: RequestId;
  error?: HearthError;
}
