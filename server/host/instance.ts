import type { Actor } from '@shared/kernel/actor.ts';
import type { Awaitable, Issue, Result } from '@shared/kernel/result.ts';
import type { ReceivedFile } from '../modules/context.ts';
import type { StreamItem } from '../modules/registry.ts';
import type { Description } from './description.ts';
import type { Caller as Person, ModuleEvent } from './sdk/context.ts';

export type { ReceivedFile } from '../modules/context.ts';

/** What of a call crosses into a module: no token, no cookie, nothing of the server's own objects. */
export interface RemoteCall {
  actor: Actor;
  user?: Person;
  request: { requestId: string; ip: string; userAgent: string; headers: Readonly<Record<string, string>> };
  lastEventId?: string;
  /** The idempotency key of a write. */
  key?: string;
}

/** What the module may ask of the server while it works. The server's side checks everything. */
export interface HostApi {
  /**
   * Calls a function of Hearth with the module's scopes. `within` names the running call whose caller it acts for;
   * without it the module acts for itself.
   */
  call(request: {
    within?: string | undefined;
    module: string;
    function: string;
    input: unknown;
    key?: string | undefined;
  }): Promise<Result<unknown>>;
  publish(event: string, payload: Record<string, unknown>): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
  sockets: {
    send(peerId: string, message: unknown): void;
    broadcast(handler: string, room: string, message: unknown): void;
    join(peerId: string, room: string): void;
    leave(peerId: string, room: string): void;
    close(peerId: string, code?: number, reason?: string): void;
  };
}

/** Why an instance is no more. */
export type Exit =
  | { kind: 'stopped' }
  /** The process ended by itself: an exit code or a signal. */
  | { kind: 'crashed'; reason: string }
  /** The host ended it: too much memory, no answer to a ping, a flood of messages or output. */
  | { kind: 'killed'; reason: string };

/** Names a running call, so that what the module does within it is done for its caller. */
export interface Run {
  id: string;
  signal: AbortSignal;
}

/**
 * A loaded module, wherever it runs: in a process of its own, or (trusted) in the server's. Every method rejects with
 * `ModuleGone` (`call` may throw it) where the instance ends before it answered.
 */
export interface Instance {
  readonly description: Description;
  /** Of the process; the server's own for trusted modules. */
  readonly pid: number;
  readonly startedAt: number;
  /** Calls, streams, sockets, deliveries and schedules that run. */
  readonly running: number;
  /** Resident bytes as last seen; undefined where that is unknown or not its own. */
  readonly memory: number | undefined;
  /** Resolves once, when it is over. Never rejects. */
  readonly exited: Promise<Exit>;
  call(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
    files?: readonly ReceivedFile[],
  ): Awaitable<Result<unknown>>;
  /** Resolves with a failed Result where the input is refused; else the generator, with backpressure. */
  stream(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
  ): Promise<Result<AsyncGenerator<StreamItem, void, void>>>;
  /** Opens a peer; its messages and its end follow under the peer's id, which is the run's. */
  connect(run: Run, handler: string, call: RemoteCall, input: unknown): Promise<Result<void>>;
  message(peerId: string, message: unknown): Promise<Result<void>>;
  disconnect(peerId: string): Promise<void>;
  /** Delivers an event of the journal; resolves when the listener is done with it. */
  deliver(event: ModuleEvent): Promise<Result<void>>;
  runSchedule(name: string): Promise<Result<void>>;
  runCommand(
    run: Run,
    name: string,
    call: RemoteCall,
    command: { roomId: string; text: string },
  ): Promise<Result<string | null>>;
  /** Lets calls finish for so many milliseconds, runs the module's `stop`, and ends the process. */
  stop(patience: number): Promise<void>;
}

/** The instance ended before it answered. */
export class ModuleGone extends Error {
  override readonly name = 'ModuleGone';
}

export interface LaunchOptions {
  /** Name of the module's folder: what its manifest has to say as `id`. */
  id: string;
  /** The module's folder, absolute. */
  folder: string;
  /** Where its instances keep files, absolute; made when it is missing. */
  dataFolder: string;
  /** The module's database file, absolute; made when it is missing. */
  database: string;
  /** Complete and readable, as the module gets them once its schema has checked them. */
  settings: Record<string, unknown>;
  host: HostApi;
  /** Most bytes and milliseconds, from the server's config; the manifest's own limits lie below. */
  most: { memory: number; loadTimeout: number };
}

/** Absolute paths: where the copy of a database is to be that is migrated, and what it is a copy of. */
export interface MigratedCopy {
  database: string;
  copyOf: string;
}

/** A module that was loaded and described, and does nothing yet. */
export interface Prepared {
  readonly description: Description;
  /** Migrations that its database has had so far. */
  readonly migrated: number;
  /** Copies the database and migrates the copy; nothing else of the module runs. Rejects as `begin` does. */
  rehearse(copy: MigratedCopy): Promise<void>;
  /**
   * Checks the settings, migrates the database at `database` (LaunchOptions' own unless given; first made as a copy of
   * the one at `copyOf`), runs `start`. The message of what it rejects with says why it does not run, SettingsRefused where its settings are the reason; the
   * instance is gone then.
   */
  begin(copy?: MigratedCopy): Promise<Instance>;
  /** Ends it without having begun. */
  discard(): Promise<void>;
}

/** Starts modules one way: `isolated` in a child process, `trusted` in the server's own. */
export interface Launcher {
  /** Loads the module's code. Rejects with LoadError: syntax error, wrong manifest, engine too old or new, no answer. */
  prepare(options: LaunchOptions): Promise<Prepared>;
}

/** The module cannot be loaded. The message is for its author: file and line where there are some. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
}

/** The module's schema does not take the settings it was given. Issues name fields, never values. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(
      `Its settings are not valid: ${issues.map(({ path, code }) => `${path || 'settings'} (${code})`).join(', ')}`,
    );
    this.issues = issues;
  }
}
