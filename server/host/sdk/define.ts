import type { z } from 'zod';
import type { Access, Effect, InputSchema } from '@shared/kernel/contract.ts';
import type { ContentKind, ContentOf } from '@shared/kernel/content.ts';
import type { ErrorDef } from '@shared/kernel/errors.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { CallContext, ModuleContext, ModuleEvent, UploadedFile } from './context.ts';

/** The settings' shape is the module's own: it is checked where they are stored. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnySettings = any;

export interface FunctionSpec {
  access: Access;
  /** A `read` changes nothing and may be called by GET. */
  effect: Effect;
  /** One sentence for the API page. */
  summary: string;
  /** An object schema. Default: no fields. */
  input?: InputSchema;
  /** A schema for JSON, or `html`, `binary`, `file`, `redirect`. Default: an empty object. */
  output?: z.ZodType | ContentKind;
  errors?: readonly ErrorDef[];
  /** The function takes a multipart form with files: at most this many, of at most so many bytes together. */
  files?: { maxCount?: number; maxBytes: number };
}
type OutputOfSpec<S> = S extends { output: infer O }
  ? O extends ContentKind
    ? ContentOf[O]
    : O extends z.ZodType
      ? z.input<O>
      : never
  : Record<string, never>;
type InputOfSpec<S> = S extends { input: infer I extends z.ZodType } ? z.output<I> : Record<string, never>;
type FilesOfSpec<S> = S extends { files: object } ? { readonly files: readonly UploadedFile[] } : unknown;

export interface ModuleFunction {
  readonly kind: 'fn';
  readonly spec: FunctionSpec;
  readonly run: (ctx: CallContext<never>, input: never) => Awaitable<Result<unknown>>;
}

/** A function at `/api/<module>/<name>`. */
export const fn = <const S extends FunctionSpec>(
  spec: S,
  run: (ctx: CallContext<AnySettings> & FilesOfSpec<S>, input: InputOfSpec<S>) => Awaitable<Result<OutputOfSpec<S>>>,
): ModuleFunction => ({ kind: 'fn', spec, run: run as unknown as ModuleFunction['run'] });

export interface StreamSpec {
  access: Access;
  summary: string;
  input?: InputSchema;
  /** Event name → schema of its data. */
  events: Record<string, z.ZodType>;
  errors?: readonly ErrorDef[];
}
/** An event of a stream: `id` makes it one that can be resumed from. */
export type EventOf<E extends Record<string, z.ZodType>> = {
  [K in keyof E & string]: { event: K; data: z.input<E[K]>; id?: string };
}[keyof E & string];

export interface ModuleStream {
  readonly kind: 'stream';
  readonly spec: StreamSpec;
  readonly run: (
    ctx: CallContext<never>,
    input: never,
  ) => AsyncGenerator<{ event: string; data: unknown; id?: string }>;
}

/** A stream of events at `/sse/<module>/<name>`. Events with an `id` can be resumed from (`ctx.lastEventId`). */
export const stream = <E extends Record<string, z.ZodType>, I extends InputSchema = z.ZodObject<{}>>(
  spec: StreamSpec & { events: E; input?: I },
  run: (ctx: CallContext<AnySettings>, input: z.output<I>) => AsyncGenerator<EventOf<E>, void, void>,
): ModuleStream => ({ kind: 'stream', spec, run: run as unknown as ModuleStream['run'] });

export interface SocketSpec {
  access: Access;
  summary: string;
  /** The query of the connecting URL. */
  input?: InputSchema;
  receive: z.ZodType;
  send: z.ZodType;
}

/** One connection of a socket handler. */
export interface ModulePeer<Send = unknown> {
  readonly id: string;
  send(message: Send): void;
  /** Rooms are names of the handler's own; what is broadcast to one reaches everybody who joined it. */
  join(room: string): void;
  leave(room: string): void;
  close(code?: number, reason?: string): void;
}

export interface SocketHandlers<Receive, Send, Input> {
  onConnect?(ctx: CallContext<AnySettings>, peer: ModulePeer<Send>, input: Input): Awaitable<void>;
  onMessage(ctx: CallContext<AnySettings>, peer: ModulePeer<Send>, message: Receive): Awaitable<void>;
  onDisconnect?(ctx: CallContext<AnySettings>, peer: ModulePeer<Send>): Awaitable<void>;
}

export interface ModuleSocket {
  readonly kind: 'socket';
  readonly spec: SocketSpec;
  readonly handlers: SocketHandlers<never, never, never>;
}

/** A socket handler at `/ws/<module>/<name>`. Messages of one connection are handled one after another. */
export const socket = <const S extends SocketSpec>(
  spec: S,
  handlers: SocketHandlers<z.output<S['receive']>, z.input<S['send']>, InputOfSpec<S>>,
): ModuleSocket => ({ kind: 'socket', spec, handlers: handlers as unknown as ModuleSocket['handlers'] });

/** When a schedule runs: a cron expression of five fields in the server's time zone, or every so many seconds. */
export interface Schedule {
  cron?: string;
  everySeconds?: number;
  run(ctx: ModuleContext<AnySettings>): Awaitable<void>;
}

export interface Command {
  /** One line for the composer's list. */
  description: string;
  /** What follows the name, for people: `<dice>`. */
  usage?: string;
  access?: Access;
  /** A text answers the caller alone; what everybody should see is posted by `ctx.hearth.chat.postMessage`. */
  run(ctx: CallContext<AnySettings>, command: { roomId: string; text: string }): Awaitable<Result<string | null>>;
}

/** A module: what `module.ts` exports by default. */
export interface ModuleDefinition<S extends z.ZodObject = z.ZodObject> {
  /** The name of the module's folder. */
  id: string;
  /** Semantic version of the module. */
  version: string;
  title: string;
  description?: string;
  /** Range of versions of `hearth:sdk` that it works with, for example `^1.0.0`. */
  engine: string;
  /** Scopes that it asks for: `chat:write`, `people:read`, … */
  permissions?: readonly string[];
  settings?: S;
  limits?: {
    /** MiB of memory of one instance, 256 unless said. */
    memory?: number;
    /** Milliseconds that a call may take, 30,000 unless said; streams and sockets have no end. */
    callTimeout?: number;
    /** Processes at once, 1 unless said; the server's config sets the most. */
    instances?: number;
    /** Seconds without work after which an instance ends, 300 unless said. */
    idleSeconds?: number;
  };
  /** Statements that lead the module's own database from one version to the next; only ever added to. */
  migrations?: readonly string[];
  functions?: Record<string, ModuleFunction>;
  streams?: Record<string, ModuleStream>;
  sockets?: Record<string, ModuleSocket>;
  /** Event of the journal → listener. Needs the `read` permission of whose event it is. */
  on?: Record<string, (ctx: ModuleContext<z.output<S>>, event: ModuleEvent) => Awaitable<void>>;
  schedules?: Record<string, Schedule>;
  commands?: Record<string, Command>;
  /** Path of an HTML or TSX file beside the module: its page, bundled when it is loaded. */
  page?: string;
  /** A stream of the module that yields `reading` events (value, unit, detail, maximum) for a tile of the dashboard. */
  tile?: { title: string; stream: string };
  /**
   * A stream of the module that runs once, for everybody, while anybody receives the channel `module:<id>`: its events are
   * published there. It begins when the channel becomes occupied, and its `finally` runs when that becomes vacant.
   */
  channel?: { stream: string };
  start?(ctx: ModuleContext<z.output<S>>): Awaitable<void>;
  stop?(ctx: ModuleContext<z.output<S>>): Awaitable<void>;
}

/** Declares a module. */
export const defineModule = <S extends z.ZodObject = z.ZodObject<{}>>(
  definition: ModuleDefinition<S>,
): ModuleDefinition<S> => definition;
