import type { Actor } from '@shared/kernel/actor.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { Tx, WriteOptions } from '../platform/db/db.ts';
import type { Keyed } from './idempotency.ts';
import type { Identity, Role } from './identity.ts';

/** A request's metadata, free of credentials. */
export interface RequestInfo {
  requestId: string;
  /** The peer's address; a trusted proxy's word for it. Empty on the control socket. */
  ip: string;
  userAgent: string;
  /** Lower-case names, without `authorization`, `cookie` and other secrets. */
  headers: Readonly<Record<string, string>>;
  transport: 'http' | 'sse' | 'socket' | 'control';
  /** The public origin of this server as the caller addresses it, with base path and trailing slash. */
  baseUrl: string;
  /** Whether bind, peer and Host are all local and no proxy stands between. */
  local: boolean;
}

/** What was journalled by a call: the cursor that its ack carries. */
export interface Journalled {
  channel: string;
  seq: number;
  offset: number;
  epoch: string;
}

/** The module that a call comes through. */
export interface Through {
  module: string;
  /** Granted to it: `chat:write`, … */
  scopes: ReadonlySet<string>;
  /** The module itself is the actor; otherwise the person is, by the module's page. */
  acts: boolean;
}

/** A file of a form, as it lies on disk while the call runs. Who wants to keep it moves it away. */
export interface ReceivedFile {
  /** Name of the form's field. */
  field: string;
  /** What the sender called it, without folders and control characters; never where it lies. */
  name: string;
  /** Media type by the sender's word. */
  type: string;
  /** Bytes. */
  size: number;
  /** Absolute. */
  path: string;
}

/** What a verb knows of its call. */
export interface Context {
  readonly actor: Actor;
  /** The actor's team role; `admin` for the system actor. */
  readonly role: Role | 'public';
  /**
   * The person whose rights count: the actor, or whom a module acts for. Missing for public calls without a session, the
   * system actor, and a module that acts for itself.
   */
  readonly identity?: Identity;
  /** The module that the call comes through, whose scopes bound it as well. */
  readonly through?: Through;
  readonly request: RequestInfo;
  /** What came with a multipart form, where the definition takes files. */
  readonly files: readonly ReceivedFile[];
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** Of a stream that is resumed. */
  readonly lastEventId?: string;
  /** Of a write with an idempotency key: what `write` goes by. */
  readonly keyed?: Keyed;
  /** Handed to the auth module alone. */
  readonly refreshToken?: string;
  /**
   * `db.write` for this call: with an idempotency key, the callback's result commits beside its effect and a repeated
   * call gets it back without running the callback. What a verb stores goes through here.
   */
  write<T>(callback: (tx: Tx) => Awaitable<Result<T>>, options?: WriteOptions): Promise<Result<T>>;
  /** Notes the event that this call caused (or that its first sending caused), for the ack. */
  journalled(event: Journalled): void;
}
