import type { CloseCode } from '@shared/hub/close-codes.ts';
import { type ErrorDef, fail } from '@shared/kernel/errors.ts';
import { type Awaitable, type Err, type HearthError, ok, onward, type Result } from '@shared/kernel/result.ts';
import { ModuleCrashed, ModuleUnavailable } from '@shared/modules/errors.ts';
import type { Context, RequestInfo } from '../modules/context.ts';
import type { Peer } from '../modules/module.ts';
import type { StreamItem } from '../modules/registry.ts';
import { BoundStream } from './bound-stream.ts';
import type { Description } from './description.ts';
import { type Instance, ModuleGone, type RemoteCall, type Run } from './instance.ts';
import type { Pool } from './pool.ts';

/** Seconds after which whoever met a module between two instances tries again. */
const SOON = 1;

/** What a module may know of a request, which is read when somebody looks: few modules in our own process do. */
class RemoteRequest {
  readonly #request: RequestInfo;

  constructor(request: RequestInfo) {
    this.#request = request;
  }

  get requestId(): string {
    return this.#request.requestId;
  }

  get ip(): string {
    return this.#request.ip;
  }

  get userAgent(): string {
    return this.#request.userAgent;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#request.headers;
  }

  toJSON(): RemoteCall['request'] {
    const { requestId, ip, userAgent, headers } = this;
    return { requestId, ip, userAgent, headers };
  }
}

const remoteOf = ({ actor, identity, request, lastEventId, keyed }: Context): RemoteCall => {
  const call: RemoteCall = { actor, request: new RemoteRequest(request) };
  if (identity) call.user = { id: identity.userId, name: identity.name, role: identity.role };
  if (lastEventId !== undefined) call.lastEventId = lastEventId;
  if (keyed) call.key = keyed.key;
  return call;
};

/** Begins the ids of calls and streams, which are numbers; those of connections are the peers'. */
const RUN = 'run_';

/** Of a call or stream. Its name and its signal are made for those that ask for them. */
class CallerRun implements Run {
  readonly number: number;
  readonly #ctx: Context;

  constructor(number: number, ctx: Context) {
    this.number = number;
    this.#ctx = ctx;
  }

  get id(): string {
    return `${RUN}${this.number}`;
  }

  get signal(): AbortSignal {
    return this.#ctx.signal;
  }
}

/** An open connection of a socket handler. */
export interface OpenPeer {
  readonly peer: Peer<unknown>;
  readonly handler: string;
  readonly instance: Instance;
}

/** What those hear whom a version leaves, and the milliseconds that its calls have left. */
export interface Farewell {
  reason: ErrorDef;
  code: CloseCode;
  patience: number;
}

export interface VersionOptions {
  description: Description;
  pool: Pool;
  folder: string;
  /** Nothing of it runs any more. */
  onEnd: () => void;
}

/** A loaded version of a module with everything that runs in it. */
export class Version {
  readonly #streams = new Set<BoundStream>();
  readonly #peers = new Map<string, OpenPeer>();
  /** Who called what runs, by its number. */
  readonly #callers = new Map<number, Context>();
  /** Who opened the connections, by their peers' ids. */
  readonly #openers = new Map<string, Context>();
  readonly description: Description;
  readonly pool: Pool;
  /** Its own copy of the source. */
  readonly folder: string;
  readonly #onEnd: () => void;
  #count = 0;
  /** Calls, messages and deliveries: what ends by itself. Streams and connections do not count. */
  #calling = 0;
  #onQuiet: (() => void) | undefined;
  /** Why nobody gets anything of it now. */
  #away: ErrorDef | undefined;
  #isRetired = false;

  constructor({ description, pool, folder, onEnd }: VersionOptions) {
    this.description = description;
    this.pool = pool;
    this.folder = folder;
    this.#onEnd = onEnd;
  }

  /** The caller of a running call, by the run's id. */
  run(id: string): Context | undefined {
    return id.startsWith(RUN) ? this.#callers.get(Number(id.slice(RUN.length))) : this.#openers.get(id);
  }

  peer(id: string): OpenPeer | undefined {
    return this.#peers.get(id);
  }

  call(ctx: Context, name: string, input: unknown): Awaitable<Result<unknown>> {
    return this.#during(ctx, (instance, run) => instance.call(run, name, remoteOf(ctx), input, ctx.files));
  }

  command(ctx: Context, name: string, command: { roomId: string; text: string }): Awaitable<Result<string | null>> {
    return this.#during(ctx, (instance, run) => instance.runCommand(run, name, remoteOf(ctx), command));
  }

  async stream(ctx: Context, name: string, input: unknown): Promise<Result<BoundStream>> {
    const run = this.#begin(ctx);
    let started: Result<AsyncGenerator<StreamItem, void, void>>;
    try {
      const instance = await this.pool.acquire();
      started = await instance.stream(run, name, remoteOf(ctx), input);
    } catch (error) {
      this.#callers.delete(run.number);
      return this.#goneOr(error);
    }
    if (!started.ok) {
      this.#callers.delete(run.number);
      return started;
    }
    const stream = new BoundStream(
      started.data,
      () => this.gone(),
      () => {
        this.#callers.delete(run.number);
        this.#streams.delete(stream);
      },
    );
    this.#streams.add(stream);
    if (this.#away) stream.end(this.gone());
    return { ok: true, data: stream };
  }

  /** Opens a connection: its run has the peer's id and lasts as long as it does. */
  async connect(ctx: Context, handler: string, peer: Peer<unknown>, input: unknown): Promise<Result<void>> {
    this.#openers.set(peer.id, ctx);
    try {
      const instance = await this.pool.acquire();
      // Before the module knows of it: what it sends while it opens has to find its way.
      this.#peers.set(peer.id, { peer, handler, instance });
      const opened = await instance.connect({ id: peer.id, signal: ctx.signal }, handler, remoteOf(ctx), input);
      if (!opened.ok) this.#forget(peer.id);
      if (!opened.ok || !this.#away) return opened;
      this.#forget(peer.id);
      instance.disconnect(peer.id).catch(() => undefined);
      return this.#gone();
    } catch (error) {
      this.#forget(peer.id);
      return this.#goneOr(error);
    }
  }

  /** A message of a connection; those of one that is gone are dropped. */
  async message(peerId: string, message: unknown): Promise<Result<void> | undefined> {
    const open = this.#peers.get(peerId);
    return open && this.#counted(() => open.instance.message(peerId, message));
  }

  async disconnect(peerId: string): Promise<void> {
    const open = this.#peers.get(peerId);
    this.#forget(peerId);
    if (open)
      await this.#counted(async () => {
        await open.instance.disconnect(peerId);
        return ok();
      });
  }

  /** Does something in an instance that is no caller's: a schedule, a listener. */
  alone<T>(work: (instance: Instance) => Promise<Result<T>>): Promise<Result<T>> {
    return this.#counted(async () => work(await this.pool.acquire()));
  }

  /** Resolves when no call runs any more, at once where none does. */
  quiet(): Promise<void> {
    return this.#calling === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#onQuiet = resolve;
        });
  }

  /** An instance is gone: the connections that it held are closed. */
  dropOrphans(code: CloseCode): void {
    const alive = new Set(this.pool.instances);
    for (const [id, { peer, instance }] of this.#peers)
      if (!alive.has(instance)) {
        this.#forget(id);
        peer.close(code);
      }
  }

  /** Closes connections and streams, saying why, lets calls finish for a while and ends all instances. */
  async retire(farewell: Farewell): Promise<void> {
    this.#isRetired = true;
    this.#dismiss(farewell);
    await this.end(farewell.patience);
  }

  /** As `retire`, until `resume`: meanwhile nothing of it runs. */
  async pause(farewell: Farewell): Promise<void> {
    this.#dismiss(farewell);
    await this.pool.pause(farewell.patience);
  }

  /** Goes on after a pause: the next call starts an instance. */
  resume(): void {
    if (this.#isRetired) return;
    this.#away = undefined;
    this.pool.resume();
  }

  /** Ends all instances, after so many milliseconds at the latest. */
  async end(patience: number): Promise<void> {
    await this.pool.stop(patience);
    this.#onEnd();
  }

  /** What somebody is told whose instance is gone. */
  gone(): HearthError {
    return this.#gone().error;
  }

  #gone(): Err {
    const reason = this.#away ?? ModuleCrashed;
    return fail(reason, undefined, reason === ModuleUnavailable ? { retryAfter: SOON } : undefined);
  }

  #goneOr(error: unknown): Err {
    if (error instanceof ModuleGone) return this.#gone();
    throw error;
  }

  #dismiss({ reason, code }: Farewell): void {
    this.#away = reason;
    for (const [id, { peer, instance }] of this.#peers) {
      this.#forget(id);
      peer.close(code);
      instance.disconnect(id).catch(() => undefined);
    }
    for (const stream of this.#streams) stream.end(this.gone());
  }

  #begin(ctx: Context): CallerRun {
    const run = new CallerRun(++this.#count, ctx);
    this.#callers.set(run.number, ctx);
    return run;
  }

  #forget(peerId: string): void {
    this.#peers.delete(peerId);
    this.#openers.delete(peerId);
  }

  #during<T>(ctx: Context, work: (instance: Instance, run: Run) => Awaitable<Result<T>>): Awaitable<Result<T>> {
    const run = this.#begin(ctx);
    this.#calling++;
    let working: Awaitable<Result<T>>;
    try {
      working = onward(this.pool.acquire(), (instance) => work(instance, run));
    } catch (error) {
      return this.#failed(run, error);
    }
    if (working instanceof Promise)
      return working.then(
        (result) => {
          this.#over(run);
          return result;
        },
        (error: unknown) => this.#failed(run, error),
      );
    this.#over(run);
    return working;
  }

  #over({ number }: CallerRun): void {
    this.#callers.delete(number);
    this.#called();
  }

  #failed(run: CallerRun, error: unknown): Err {
    this.#over(run);
    return this.#goneOr(error);
  }

  #called(): void {
    if (--this.#calling === 0) this.#onQuiet?.();
  }

  async #counted<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    this.#calling++;
    try {
      return await work();
    } catch (error) {
      return this.#goneOr(error);
    } finally {
      this.#called();
    }
  }
}
