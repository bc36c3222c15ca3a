import type { Contracts } from '../contracts.ts';
import type { EventMap, EventName } from '../events.ts';
import type { RequestId, ServerFrame, SubscribeAck, Welcome } from '../hub/frames.ts';
import type {
  Contract,
  Definitions,
  FunctionNames,
  InputOf,
  OutputOf,
  SocketNames,
  StreamEventOf,
  StreamNames,
} from '../kernel/contract.ts';
import type { HearthError, Result } from '../kernel/result.ts';
import type { Me } from '../people/schema.ts';
import type { OpenOutbox } from './outbox-storage.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /** Idempotency key: sent again with the same input, the effect happens once and the first answer returns. */
  key?: string;
  /** Milliseconds until the call resolves to `network.timeout`; 30,000 unless told. */
  timeout?: number;
  /** The module for whose page this is asked: the server holds it against the scopes that the module was granted. */
  through?: string;
}

type Functions<D extends Definitions> = {
  readonly [F in FunctionNames<D> & string]: (
    ...args: Record<string, never> extends InputOf<D[F]>
      ? [input?: InputOf<D[F]>, options?: CallOptions]
      : [input: InputOf<D[F]>, options?: CallOptions]
  ) => Promise<Result<OutputOf<D[F]>>>;
};

/** `hearth.api.<module>.<function>(input)`: never throws, the network's failures are Results too. */
export type Api<C extends Record<string, Contract> = Contracts> = {
  readonly [M in keyof C & string]: Functions<C[M]['definitions']>;
};

export interface StreamOptions {
  signal?: AbortSignal;
  /** Resume after this event id. */
  lastEventId?: string;
  /** As for a call. */
  through?: string;
}

type Streams<D extends Definitions> = {
  readonly [S in StreamNames<D> & string]: (
    input?: InputOf<D[S]>,
    options?: StreamOptions,
  ) => AsyncIterableIterator<StreamEventOf<D[S]>, Result<Record<string, never>>>;
};

/**
 * `for await (const { event, data } of hearth.sse.metrics.live())`: reconnects and resumes by itself, ends when the
 * generator is done or the signal aborts; a refusal (401, 403, 404) ends it with a failed Result as return value.
 */
export type Sse<C extends Record<string, Contract> = Contracts> = {
  readonly [M in keyof C & string]: Streams<C[M]['definitions']>;
};

/**
 * connecting: the first connection is under way · online: live, nothing missing · recovering: connected, missed events
 * are on their way · degraded: no socket passes, a stream or polling carries events · offline: nothing works, trying again · refused: signed out,
 * deactivated or violated the protocol; does not come back by itself.
 */
export type ConnectionStatus = 'connecting' | 'online' | 'recovering' | 'degraded' | 'offline' | 'refused';

export interface ConnectionState {
  status: ConnectionStatus;
  /** Consecutive failed attempts. */
  attempt: number;
  /** When the next attempt starts, in milliseconds UTC; set while `offline`. */
  retryAt?: number;
  /** Why the connection is refused or was lost last. */
  reason?: HearthError;
  /** What carries events now; missing while nothing does. */
  transport?: 'socket' | 'stream' | 'poll';
  /** The build that the server reported; differs from our own after an upgrade. */
  serverBuild?: string;
}

export interface State {
  session: { status: 'unknown' } | { status: 'signedOut' } | { status: 'signedIn'; user: Me };
  connection: ConnectionState;
  /** The last welcome package: connection, limits, the user's rooms under `state.chat`. */
  welcome?: Welcome;
}

/** An observable value: `get` now, `subscribe` for each later change. Subscribers run synchronously, in order. */
export interface Observable<T> {
  get(): T;
  subscribe(listener: (value: T, previous: T) => void): () => void;
}

/** An event of the hub as it arrived, in order and once for journalled ones. */
export type HubEvent<E extends EventName = EventName> = { [K in E]: ServerFrame<K, EventMap[K]> }[E];

/** The typed bus that socket and streams feed. */
export interface Events {
  on<E extends EventName>(
    event: E,
    listener: (payload: EventMap[E], frame: ServerFrame<E, EventMap[E]>) => void,
  ): () => void;
  /** Every frame that is an event, also of names this build does not know. */
  onAny(listener: (frame: ServerFrame) => void): () => void;
  /** The events of this channel could not be replayed without a gap: load its state afresh. */
  onReset(listener: (channel: string) => void): () => void;
  /** The connection is live (again); `recovered` says whether every cursor was caught up without a reset. */
  onOnline(listener: (recovered: boolean) => void): () => void;
}

export interface Subscription {
  readonly channel: string;
  /** Settles when the server answered first. */
  readonly ready: Promise<Result<SubscribeAck>>;
  unsubscribe(): void;
}

export interface Ws {
  /** Connects and keeps connected until `disconnect`. Calling it again changes nothing. */
  connect(): void;
  disconnect(): void;
  /** Tries at once instead of waiting for the backoff. */
  retry(): void;
  /** Receives a channel's events through `events`; survives reconnects. Several subscriptions of one channel are one. */
  subscribe(channel: string): Subscription;
  /** Sends a frame and resolves to the answer; while not connected it fails at once with `network.unreachable`. */
  send<T = unknown>(
    event: string,
    channel: string,
    payload: Record<string, unknown>,
    options?: Pick<CallOptions, 'timeout' | 'signal'>,
  ): Promise<Result<T> & { offset?: number; epoch?: string; id?: RequestId }>;
  /** Sends without waiting for an answer; false when not connected. For typing and the like. */
  signal(event: string, channel: string, payload: Record<string, unknown>): boolean;
}

/** A message or other action that outlives the connection: kept until the server has answered. */
export interface Outgoing<T = unknown> {
  readonly key: string;
  readonly module: string;
  readonly function: string;
  readonly input: Record<string, unknown>;
  readonly createdAt: number;
  /** Settles with the server's answer; retryable failures are tried again until then. */
  readonly done: Promise<Result<T>>;
  /** Why it is not sent before it is enqueued once more: after two weeks a person has to say that it still matters. */
  readonly held?: HearthError | undefined;
}

/**
 * Actions are sent one after another, oldest first, over the socket when it is online and over HTTP otherwise. What is not
 * answered is kept for the person in this browser. Enqueuing a key that waits already adds nothing.
 */
export interface Outbox {
  enqueue<M extends keyof Contracts & string, F extends FunctionNames<Contracts[M]['definitions']> & string>(
    module: M,
    fn: F,
    input: InputOf<Contracts[M]['definitions'][F]>,
    key: string,
  ): Outgoing<OutputOf<Contracts[M]['definitions'][F]>>;
  pending(): readonly Outgoing[];
  /** Resolves when `pending` has what an earlier page of this person left. */
  loaded(): Promise<void>;
  /** Forgets an action that was not answered yet. */
  cancel(key: string): boolean;
}

export type SocketHandlers<C extends Record<string, Contract> = Contracts> = {
  readonly [M in keyof C & string]: SocketNames<C[M]['definitions']>;
};

export interface Hearth {
  readonly api: Api;
  readonly sse: Sse;
  readonly ws: Ws;
  readonly events: Events;
  readonly state: Observable<State>;
  readonly outbox: Outbox;
  /** Asks the server who is signed in and sets `state.session`; connects the socket when somebody is. */
  start(): Promise<Result<State['session']>>;
  /** Takes over the user of a sign-in, set-up or accepted invitation and connects. */
  signedIn(user: Me): void;
  /** Ends the session on the server, forgets everything local and disconnects. */
  signOut(): Promise<Result<Record<string, never>>>;
  /** Closes everything and removes every timer and listener. */
  dispose(): void;
}

export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export interface HearthOptions {
  /** Absolute URL of Hearth with its base path and a trailing slash: `http://host:3000/hearth/`. */
  baseUrl: string;
  /** This build's name; compared with the server's in `welcome`. */
  build?: string;
  /** For clients without cookies: a Bearer token, asked for at each request. */
  token?: () => string | undefined | Promise<string | undefined>;
  /** Where a person's unsent actions are kept; in the browser's database where there is one unless told. */
  outbox?: OpenOutbox;
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  clock?: Clock;
  /** 0 ≤ x < 1; jitter only. */
  random?: () => number;
}
