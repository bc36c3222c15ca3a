import { z } from 'zod';
import type { ContentKind } from '@shared/kernel/content.ts';
import { fail, Internal } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { ModuleBusy, ModuleTimeout } from '@shared/modules/errors.ts';
import type { StreamItem } from '../../modules/registry.ts';
import { StreamEnded } from '../../modules/sse.ts';
import type { Clock } from '../../platform/clock.ts';
import { acceptContent, RefusedContent } from '../content.ts';
import type { Description } from '../description.ts';
import type { Exit, HostApi, Instance, ReceivedFile, RemoteCall, Run } from '../instance.ts';
import { RemoteBody } from '../link/remote-body.ts';
import { RemoteEvents } from '../link/remote-events.ts';
import { RemoteFault, type Request } from '../link/link.ts';
import type { ModuleProcess } from './module-process.ts';
import type { Runs } from './runs.ts';
import type { ModuleEvent } from '../sdk/context.ts';

/** Requests that one instance works on, and bytes that wait for it, until it counts as busy. */
const MOST_PENDING = 4096;
const MOST_WAITING = 8 * 1024 * 1024;
/** Milliseconds that a module whose call took too long has to show that it lives. */
const SIGN_OF_LIFE = 1000;
/** Milliseconds for the module's `stop`, and then for its process to end. */
const STOPPING = 2000;
/** Bodies of this many bytes at most are answered in one piece, with their length. */
const WHOLE = 1024 * 1024;

const Failure = z.object({
  code: z.string().max(100),
  message: z.string().max(500),
  retryable: z.boolean(),
  params: z.record(z.string(), z.union([z.string().max(1000), z.number()])).optional(),
  issues: z
    .array(z.object({ path: z.string(), code: z.string(), params: z.record(z.string(), z.unknown()).optional() }))
    .max(100)
    .optional(),
  retryAfter: z.number().nonnegative().optional(),
});

export interface IsolatedInstanceOptions {
  description: Description;
  child: ModuleProcess;
  runs: Runs;
  clock: Clock;
  host: HostApi;
  /** Where the module's files lie: those that it answers with. */
  folder: string;
}

/** A module that runs in a process of its own. */
export class IsolatedInstance implements Instance {
  readonly description: Description;
  readonly #options: IsolatedInstanceOptions;

  constructor(options: IsolatedInstanceOptions) {
    this.#options = options;
    this.description = options.description;
  }

  get pid(): number {
    return this.#options.child.pid;
  }

  get startedAt(): number {
    return this.#options.child.startedAt;
  }

  get running(): number {
    return this.#options.runs.size;
  }

  get memory(): number | undefined {
    return this.#options.child.memory;
  }

  get exited(): Promise<Exit> {
    return this.#options.child.exited;
  }

  async call(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
    files?: readonly ReceivedFile[],
  ): Promise<Result<unknown>> {
    if (this.#isBusy) return fail(ModuleBusy, undefined, { retryAfter: 1 });
    const kind = this.description.functions[name]?.output;
    const { runs } = this.#options;
    runs.begin(run.id);
    const request = this.#options.child.link.request('call', { run: run.id, name, call, input, files });
    let body: RemoteBody | undefined;
    const over = (): void => {
      run.signal.removeEventListener('abort', request.cancel);
      runs.end(run.id);
    };
    if (kind === 'binary') request.receive((body = this.#body(name, request, over)));
    run.signal.addEventListener('abort', request.cancel, { once: true });
    let streams = false;
    try {
      const result = await this.#timed(name, request);
      if (!result.ok || typeof kind !== 'string') return result;
      const content = await this.#content(name, kind, result.data, body);
      streams = content.ok && body !== undefined && (content.data as { body: unknown }).body === body.stream;
      return content;
    } finally {
      if (!streams) over();
    }
  }

  async stream(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
  ): Promise<Result<AsyncGenerator<StreamItem, void, void>>> {
    if (this.#isBusy) return fail(ModuleBusy, undefined, { retryAfter: 1 });
    const { runs, child } = this.#options;
    runs.begin(run.id);
    const request = child.link.request('stream', { run: run.id, name, call, input });
    const events = new RemoteEvents({
      names: Object.keys(this.description.streams[name]?.events ?? {}),
      grant: request.grant,
      cancel: request.cancel,
      faultOf: () => this.#fault(),
      onEnd: () => over(),
    });
    const leave = (): void => void events.return();
    const over = (): void => {
      run.signal.removeEventListener('abort', leave);
      runs.end(run.id);
    };
    request.receive(events);
    try {
      const result = this.#read(name, await request.answer);
      if (!result.ok) {
        over();
        return result;
      }
      run.signal.addEventListener('abort', leave, { once: true });
      if (run.signal.aborted) leave();
      return ok(events);
    } catch (error) {
      over();
      return this.#unanswered(name, error);
    }
  }

  async connect(run: Run, handler: string, call: RemoteCall, input: unknown): Promise<Result<void>> {
    if (this.#isBusy) return fail(ModuleBusy, undefined, { retryAfter: 1 });
    const { runs } = this.#options;
    runs.begin(run.id);
    const connected = await this.#ask<void>(handler, 'connect', { run: run.id, name: handler, call, input }).catch(
      (error: unknown) => {
        runs.end(run.id);
        throw error;
      },
    );
    if (!connected.ok) runs.end(run.id);
    else run.signal.addEventListener('abort', () => void this.disconnect(run.id).catch(() => {}), { once: true });
    return connected;
  }

  async message(peer: string, message: unknown): Promise<Result<void>> {
    if (this.#isBusy) return fail(ModuleBusy, undefined, { retryAfter: 1 });
    return this.#ask<void>('a message', 'message', { peer, message });
  }

  async disconnect(peer: string): Promise<void> {
    const { runs, child } = this.#options;
    if (!runs.has(peer)) return;
    try {
      await child.link.request('disconnect', { peer }).answer;
    } finally {
      runs.end(peer);
    }
  }

  deliver(event: ModuleEvent): Promise<Result<void>> {
    return this.#timed(`on.${event.event}`, this.#options.child.link.request('deliver', event));
  }

  runSchedule(name: string): Promise<Result<void>> {
    return this.#ask<void>(`schedules.${name}`, 'schedule', { name });
  }

  async runCommand(
    run: Run,
    name: string,
    call: RemoteCall,
    command: { roomId: string; text: string },
  ): Promise<Result<string | null>> {
    const { runs, child } = this.#options;
    runs.begin(run.id);
    const request = child.link.request('command', { run: run.id, name, call, input: command });
    run.signal.addEventListener('abort', request.cancel, { once: true });
    try {
      const result = await this.#timed<string | null>(`/${name}`, request);
      if (!result.ok) return result;
      return typeof result.data === 'string' || result.data === null ? result : this.#broken(`/${name}`);
    } finally {
      run.signal.removeEventListener('abort', request.cancel);
      runs.end(run.id);
    }
  }

  async stop(patience: number): Promise<void> {
    const { child, runs, clock } = this.#options;
    await atMost(clock, patience, Promise.race([runs.idle(), child.exited]));
    await atMost(
      clock,
      STOPPING,
      child.link.request('stop', null).answer.catch(() => {}),
    );
    await child.stop(STOPPING);
  }

  get #isBusy(): boolean {
    const { link } = this.#options.child;
    return link.pending >= MOST_PENDING || link.waiting > MOST_WAITING;
  }

  async #ask<T>(what: string, method: string, params: unknown): Promise<Result<T>> {
    try {
      return this.#read<T>(what, await this.#options.child.link.request(method, params).answer);
    } catch (error) {
      return this.#unanswered(what, error);
    }
  }

  /** The answer, or `module.timeout` where there is none in the time that the manifest gives. */
  #timed<T>(what: string, request: Request): Promise<Result<T>> {
    const { clock, host } = this.#options;
    const { callTimeout } = this.description.limits;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        request.abandon();
        host.log('warn', `${what} took longer than ${callTimeout} ms`);
        resolve(fail(ModuleTimeout));
        this.#expectLife();
      }, callTimeout);
      request.answer.then(
        (told) => {
          timer.cancel();
          resolve(this.#read<T>(what, told));
        },
        (error: unknown) => {
          timer.cancel();
          try {
            resolve(this.#unanswered(what, error));
          } catch (gone) {
            reject(gone as Error);
          }
        },
      );
    });
  }

  #expectLife(): void {
    const { child, clock } = this.#options;
    const timer = clock.setTimeout(() => child.kill('it does not answer'), SIGN_OF_LIFE);
    void Promise.race([child.link.ping(), child.exited]).then(() => timer.cancel());
  }

  /** What the process says is a Result is read as one. */
  #read<T>(what: string, told: unknown): Result<T> {
    if (typeof told !== 'object' || told === null || !('ok' in told)) return this.#broken(what);
    if (told.ok === true) return { ok: true, data: ('data' in told ? told.data : undefined) as T };
    const failure = Failure.safeParse('error' in told ? told.error : undefined);
    return failure.success ? ({ ok: false, error: failure.data } as Result<T>) : this.#broken(what);
  }

  #broken(what: string): Result<never> {
    this.#options.host.log('error', `${what} did not answer with a result`);
    return fail(Internal);
  }

  /** A fault of the module's side is told in its log; that the instance is gone goes on to the caller. */
  #unanswered(what: string, error: unknown): Result<never> {
    if (!(error instanceof RemoteFault)) throw error;
    this.#options.host.log('error', `${what} could not answer: ${error.message}`);
    return fail(Internal);
  }

  #fault(): Error {
    return new StreamEnded(fail(Internal).error);
  }

  #body(what: string, request: Request, over: () => void): RemoteBody {
    return new RemoteBody({
      grant: request.grant,
      cancel: request.cancel,
      faultOf: (text) => {
        this.#options.host.log('error', `${what} broke off in its answer: ${text}`);
        return new Error(text);
      },
      onEnd: over,
    });
  }

  async #content(what: string, kind: ContentKind, told: unknown, body?: RemoteBody): Promise<Result<unknown>> {
    const { host, folder } = this.#options;
    try {
      if (!body) return ok(await acceptContent(kind, told, folder));
      const { size } = (told ?? {}) as { size?: unknown };
      const isWhole = typeof size === 'number' && size <= WHOLE;
      const bytes = isWhole ? await body.whole(WHOLE) : body.stream;
      return ok(await acceptContent(kind, { ...(told as object), body: bytes }, folder));
    } catch (error) {
      body?.leave();
      if (!(error instanceof RefusedContent)) throw error;
      host.log('error', `${what}: ${error.message}`);
      return fail(Internal);
    }
  }
}

/** Resolves when the work is done or the time is over. */
async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  timer.cancel();
}
