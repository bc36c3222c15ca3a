import type { z } from 'zod';
import type { ContentKind, ContentOf } from './content.ts';
import type { ErrorDef } from './errors.ts';

/** Who may call: anybody, or a signed-in person whose team role is at least this one. */
export type Access = 'public' | 'guest' | 'member' | 'admin';

/** A `read` changes nothing and may also be called by GET. */
export type Effect = 'read' | 'write';

/** Inputs are objects: their fields are the query of a GET and the payload of a frame. */
export type InputSchema = z.ZodType<Record<string, unknown>, Record<string, unknown>>;

/** What of a multipart form a function takes. */
export interface FilesSpec {
  maxCount: number;
  /** Of all files together. */
  maxBytes: number;
}

export interface FnSpec {
  access: Access;
  effect: Effect;
  input: InputSchema;
  /** A schema for JSON, or the kind of content the function answers with. */
  output: z.ZodType | ContentKind;
  errors: readonly ErrorDef[];
  /** One sentence for the API page. */
  summary: string;
  /** The socket frame that calls this function by name (`{ event, channel, payload }`). */
  event?: string;
  /** The input field that the frame's channel fills: `room:<id>` → `{ [field]: '<id>' }`. */
  channelField?: string;
  /** The input field that already makes the call repeatable (`clientId`); a key equal to it needs no record of its own. */
  keyField?: string;
  /**
   * The function is one write that it hands in at once: a connection's next frame need not wait for the commit, it comes
   * after it all the same.
   */
  pipelined?: true;
  /** The result holds secrets, or depends on the caller's session: no answer is remembered for its key. */
  unrepeatable?: true;
  /** The function takes files: by a multipart form, at most so many, of at most so many bytes together. */
  files?: FilesSpec;
  /** The result opens or ends the session of the browser's cookies: only an answer over HTTP can carry that. */
  setsCookies?: true;
}
export type FnDef<S extends FnSpec = FnSpec> = S & { readonly kind: 'fn' };

export interface StreamSpec {
  access: Access;
  input: InputSchema;
  /** Event name → schema of its data. */
  events: Record<string, z.ZodType>;
  errors: readonly ErrorDef[];
  summary: string;
}
export type StreamDef<S extends StreamSpec = StreamSpec> = S & { readonly kind: 'stream' };

export interface SocketSpec {
  access: Access;
  /** The query of the connecting URL. */
  input: InputSchema;
  receive: z.ZodType;
  send: z.ZodType;
  errors: readonly ErrorDef[];
  summary: string;
}
export type SocketDef<S extends SocketSpec = SocketSpec> = S & { readonly kind: 'socket' };

export type Definition = FnDef | StreamDef | SocketDef;
export type Definitions = Record<string, Definition>;

export interface Contract<N extends string = string, D extends Definitions = Definitions> {
  readonly name: N;
  readonly definitions: D;
}

/** Declares a function. Everything it states is checked by the compiler and used by each way of reaching it. */
export const fn = <const S extends FnSpec>(spec: S): FnDef<S> => ({ ...spec, kind: 'fn' });

/** Declares a stream of server-sent events, implemented by an async generator. */
export const stream = <const S extends StreamSpec>(spec: S): StreamDef<S> => ({ ...spec, kind: 'stream' });

/** Declares a socket handler at `/ws/<module>/<handler>`. */
export const socket = <const S extends SocketSpec>(spec: S): SocketDef<S> => ({ ...spec, kind: 'socket' });

/** Gathers the definitions of one module under its public name. */
export const contract = <const N extends string, const D extends Definitions>(
  name: N,
  definitions: D,
): Contract<N, D> => ({ name, definitions });

/** What a caller passes. */
export type InputOf<D> = D extends { input: infer I extends z.ZodType } ? z.input<I> : never;
/** What the verb receives, defaults filled in. */
export type ParsedInputOf<D> = D extends { input: infer I extends z.ZodType } ? z.output<I> : never;
/** What a caller gets. */
export type OutputOf<D> = D extends { output: infer O }
  ? O extends ContentKind
    ? ContentOf[O]
    : O extends z.ZodType
      ? z.output<O>
      : never
  : never;
/** What a stream yields. Only events with an `id` can be resumed from. */
export type StreamEventOf<D> = D extends { events: infer E extends Record<string, z.ZodType> }
  ? { [K in keyof E & string]: { event: K; data: z.output<E[K]>; id?: string } }[keyof E & string]
  : never;

export type FunctionNames<D extends Definitions> = {
  [K in keyof D]: D[K] extends { kind: 'fn' } ? K : never;
}[keyof D];
export type StreamNames<D extends Definitions> = {
  [K in keyof D]: D[K] extends { kind: 'stream' } ? K : never;
}[keyof D];
export type SocketNames<D extends Definitions> = {
  [K in keyof D]: D[K] extends { kind: 'socket' } ? K : never;
}[keyof D];

/** The scope that bounds modules, bots and tokens: `<module>:read` or `<module>:write`. */
export const scopeOf = (module: string, definition: Definition): string =>
  `${module}:${definition.kind === 'fn' ? definition.effect : 'read'}`;
