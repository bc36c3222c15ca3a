import type { Database } from 'bun:sqlite';
import type { Contracts } from '@shared/contracts.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import type { FunctionNames, InputOf, OutputOf } from '@shared/kernel/contract.ts';
import type { Result } from '@shared/kernel/result.ts';

/** Calls into Hearth. Bounded by the module's granted permissions; within a call also by the caller's own rights. */
export type HearthHandle = {
  readonly [M in keyof Contracts]: {
    readonly [F in FunctionNames<Contracts[M]['definitions']>]: (
      input: InputOf<Contracts[M]['definitions'][F]>,
      options?: CallOptions,
    ) => Promise<Result<OutputOf<Contracts[M]['definitions'][F]>>>;
  };
} & {
  /** Any function by its name, other modules' included. */
  call(module: string, fn: string, input?: Record<string, unknown>, options?: CallOptions): Promise<Result<unknown>>;
  /** Sends an event to whoever subscribes to the module's own channel `module:<id>`. Not stored. */
  publish(event: string, payload: Record<string, unknown>): void;
};

export interface CallOptions {
  /** Idempotency key: the same call with the same key has its effect once. */
  key?: string;
}

/** Lines of the module's log; admins see them on its page. */
export interface ModuleLog {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** The open connections of the module's socket handlers, over all its instances. */
export interface ModuleSockets {
  /** Sends to one connection; nothing happens where it is gone. */
  send(peerId: string, message: unknown): void;
  /** Sends to every connection of a handler that joined the room. */
  broadcast(handler: string, room: string, message: unknown): void;
  close(peerId: string, code?: number, reason?: string): void;
}

/** What a module has at hand from its start on, and what schedules and listeners get. */
export interface ModuleContext<Settings = unknown> {
  readonly id: string;
  /** Checked and complete, secrets included. A change starts the module again. */
  readonly settings: Settings;
  /** The module's own database, migrated. */
  readonly db: Database;
  /** A folder for the module's own files; it is part of backups. */
  readonly folder: string;
  readonly hearth: HearthHandle;
  readonly sockets: ModuleSockets;
  readonly log: ModuleLog;
  /** Aborts when the module is stopped; in a call, when its caller goes away. */
  readonly signal: AbortSignal;
}

/** A signed-in person. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly role: 'guest' | 'member' | 'admin';
}

/** What a function, stream, socket handler or command knows of its call. `hearth` acts on the caller's behalf. */
export interface CallContext<Settings = unknown> extends ModuleContext<Settings> {
  readonly actor: Actor;
  /** Missing for public calls without a session. */
  readonly user?: Caller;
  readonly request: {
    readonly requestId: string;
    readonly ip: string;
    readonly userAgent: string;
    /** Lower-case names, no credentials. */
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Of a stream that is resumed. */
  readonly lastEventId?: string;
  /**
   * The caller's idempotency key of a write. Hearth gives the first answer again by itself; a function that may not have
   * its effect twice whatever crashes stores this beside the effect, in the same transaction of `db`. Keys are the
   * caller's: two callers may have the same.
   */
  readonly key?: string;
  /** Resolves after so many milliseconds, or rejects at once when the caller goes: waits that end with the call. */
  sleep(milliseconds: number): Promise<void>;
}

/** A file of a multipart form, already on disk. It is removed after the call unless it was moved. */
export interface UploadedFile {
  /** The form's field. */
  readonly field: string;
  /** As the client named it: a name to show, never a path. */
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Where it lies until the call ends. */
  readonly path: string;
  /** Moves it to a path below the module's folder, replacing what is there. Refuses to leave the folder. */
  moveTo(relativePath: string): Promise<string>;
}

/** Something that happened in Hearth, from its journal. Delivered at least once, in order. */
export interface ModuleEvent {
  readonly seq: number;
  readonly channel: string;
  readonly offset: number;
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly at: number;
}
