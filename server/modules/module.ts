import type {
  Contract,
  Definitions,
  InputOf,
  OutputOf,
  ParsedInputOf,
  StreamEventOf,
} from '@shared/kernel/contract.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Identity, VerbResult } from './identity.ts';

/** One peer of a socket handler. */
export interface Peer<Send> {
  readonly id: string;
  send(message: Send): void;
  /** Rooms are names of the handler's own: what is sent to one reaches every peer that joined it. */
  join(room: string): void;
  leave(room: string): void;
  close(code?: number, reason?: string): void;
}

/**
 * Handlers of one `/ws/<module>/<handler>` connection; messages of a peer are handled one after another. A failed Result
 * refuses the message, or closes what was just opened, and tells the peer why.
 */
export interface SocketVerb<D> {
  open?(ctx: Context, peer: Peer<SendOf<D>>, input: ParsedInputOf<D>): Awaitable<Result<unknown> | void>;
  message(ctx: Context, peer: Peer<SendOf<D>>, message: ReceiveOf<D>): Awaitable<Result<unknown> | void>;
  close?(ctx: Context, peer: Peer<SendOf<D>>): Awaitable<void>;
}
type ReceiveOf<D> = D extends { receive: infer R extends z.ZodType } ? z.output<R> : never;
type SendOf<D> = D extends { send: infer S extends z.ZodType } ? z.input<S> : never;

/** A generator, or a Result that tells one that may not run from one that does: then HTTP can still refuse by status. */
type Started<G> = G | Promise<Result<G>>;

export type VerbOf<D> = D extends { kind: 'fn' }
  ? (ctx: Context, input: ParsedInputOf<D>) => Awaitable<VerbResult<OutputOf<D>>>
  : D extends { kind: 'stream' }
    ? (ctx: Context, input: ParsedInputOf<D>) => Started<AsyncGenerator<StreamEventOf<D>, void, void>>
    : SocketVerb<D>;

export type Verbs<D extends Definitions> = { [K in keyof D]: VerbOf<D[K]> };

/** How a namespace of channels behaves. What no namespace states is refused. */
export interface ChannelNamespace {
  /** `room` rules `room:<id>`; a name without a colon rules that one channel. */
  readonly prefix: string;
  /** journalled: recoverable by offset · latest: a subscriber gets the last value at once · ephemeral: neither. */
  readonly kind: 'journalled' | 'latest' | 'ephemeral';
  maySubscribe(identity: Identity, channel: string): Awaitable<boolean>;
  /** Whether a module that acts for itself, with the scope to read here, may listen to this channel. Without it none may. */
  openToModules?(channel: string): Awaitable<boolean>;
  /**
   * Whether there is such a channel for the server side API (`hub.publish`) to send events of its own on. Without it
   * nobody but the module itself publishes here.
   */
  accepts?(channel: string): Awaitable<boolean>;
  /** The first subscriber came, the last one went. */
  onOccupied?(channel: string): void;
  onVacant?(channel: string): void;
}

/** What a module is to the registry. Built-in domains and dropped-in modules are the same to it. */
export interface ServerModule<C extends Contract = Contract> {
  readonly contract: C;
  readonly verbs: Verbs<C['definitions']>;
  readonly channels?: readonly ChannelNamespace[];
  /** Channels that the server subscribes a person's connections to, beside `user:<id>` and `global`. */
  subscriptions?(identity: Identity): Awaitable<readonly string[]>;
  /** What the module adds to the welcome package under its name. Asked again once anything was journalled. */
  welcome?(identity: Identity): Awaitable<unknown>;
  /** The person's first connection came, the last one went (after the grace). */
  onOnline?(userId: string): void;
  onOffline?(userId: string): void;
  start?(): Awaitable<void>;
  stop?(): Awaitable<void>;
}

/** Implements a contract. The compiler demands each function, stream and socket of it, with its types. */
export const implement = <C extends Contract>(
  contract: C,
  verbs: NoInfer<Verbs<C['definitions']>>,
  more: Omit<ServerModule<C>, 'contract' | 'verbs'> = {},
): ServerModule<C> => ({ contract, verbs, ...more });

export type { InputOf };
