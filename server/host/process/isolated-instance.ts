import { fail, Internal } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { ModuleBusy, ModuleTimeout } from '@shared/modules/errors.ts';
import type { StreamItem } from '../../modules/registry.ts';
import { StreamEnded } from '../../modules/sse.ts';
import type { Clock } from '../../platform/clock.ts';
import { Answers } from '../answers.ts';
import type { Description } from '../description.ts';
import type { Exit, HostApi, Instance, ReceivedFile, RemoteCall, Run } from '../instance.ts';
import { RemoteBody } from '../link/remote-body.ts';
import { RemoteEvents } from '../link/remote-events.ts';
import { RemoteFault, type Request } from '../link/exchange.ts';
import type { ModuleProcess } from './module-process.ts';
import type { Runs } from './runs.ts';
import type { ModuleEvent } from '../sdk/context.ts';
import { withinTime } from '../within-time.ts';

/** Requests that one instance works on, and bytes that wait for it, until it counts as busy. */
const MOST_PENDING = 4096;
const MOST_WAITING = 8 * 1024 * 1024;
/** Milliseconds that a module whose call took too long has to show that it lives. */
const SIGN_OF_LIFE = 1000;
/** Milliseconds for the module's `stop`, and then for its process to end. */
const STOPPING = 2000;
/** Bodies of this many bytes at most are answered in one piece, with their length. */
const WHOLE = 1024 * 1024;

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
  readonly #answers: Answers;

  constructor(options: IsolatedInstanceOptions) {
    this.#options = options;
    this.description = options.description;
    this.#answers = new Answers((level, text) => options.child.output.line(level, text), options.folder);
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
    if (run.signal.aborted) request.cancel();
    let streams = false;
    try {
      const result = await this.#timed(name, request);
      if (!result.ok || typeof kind !== 'string') return result;
      if (!body) return await this.#answers.content(name, kind, result.data);
      const told = (result.data ?? {}) as { size?: unknown };
      const isWhole = typeof told.size === 'number' && told.size <= WHOLE;
      const bytes = isWhole ? await body.whole(WHOLE) : body.stream;
      const content = await this.#answers.content(name, kind, { ...told, body: bytes });
      streams = content.ok && !isWhole;
      return content;
    } finally {
      if (!streams) {
        body?.leave();
        over();
      }
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
      const result = await this.#answered(name, request);
      if (!result.ok) {
        over();
        return result;
      }
      run.signal.addEventListener('abort', leave, { once: true });
      if (run.signal.aborted) leave();
      return ok(events);
    } catch (error) {
      over();
      throw error;
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
    const { runs, child } = this.#options;
    return runs.alone(this.#timed(`on.${event.event}`, child.link.request('deliver', event)));
  }

  runSchedule(name: string): Promise<Result<void>> {
    return this.#options.runs.alone(this.#ask<void>(`schedules.${name}`, 'schedule', { name }));
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
    if (run.signal.aborted) request.cancel();
    try {
      return this.#answers.readReply(`/${name}`, await this.#timed(`/${name}`, request));
    } finally {
      run.signal.removeEventListener('abort', request.cancel);
      runs.end(run.id);
    }
  }

  async stop(patience: number): Promise<void> {
    const { child, runs, clock } = this.#options;
    const enough = (): void => {};
    await withinTime<unknown>(clock, patience, Promise.race([runs.idle(), child.exited]), enough);
    await withinTime<unknown>(clock, STOPPING, child.link.request('stop', null).answer.catch(enough), enough);
    await child.stop(STOPPING);
  }

  get #isBusy(): boolean {
    const { link } = this.#options.child;
    return link.pending >= MOST_PENDING || link.waiting > MOST_WAITING;
  }

  #ask<T>(what: string, method: string, params: unknown): Promise<Result<T>> {
    return this.#answered<T>(what, this.#options.child.link.request(method, params));
  }

  /** The answer, or `module.timeout` where there is none in the time that the manifest gives. */
  async #timed<T>(what: string, request: Request): Promise<Result<T>> {
    const { clock, child } = this.#options;
    const { callTimeout } = this.description.limits;
    return withinTime(clock, callTimeout, this.#answered<T>(what, request), () => {
      request.abandon();
      child.output.line('warn', `${what} took longer than ${callTimeout} ms`);
      void this.#expectLife();
      return fail(ModuleTimeout);
    });
  }

  /** A fault of the module's side is told in its log; that the instance is gone goes on to the caller. */
  async #answered<T>(what: string, request: Request): Promise<Result<T>> {
    try {
      return this.#answers.read<T>(what, await request.answer);
    } catch (error) {
      if (!(error instanceof RemoteFault)) throw error;
      return this.#answers.fault(`${what} could not answer: ${error.message}`);
    }
  }

  async #expectLife(): Promise<void> {
    const { child, clock } = this.#options;
    await withinTime(clock, SIGN_OF_LIFE, Promise.race([child.link.ping(), child.exited]), () =>
      child.kill('it does not answer'),
    );
  }

  #fault(): Error {
    return new StreamEnded(fail(Internal).error);
  }

  #body(what: string, request: Request, over: () => void): RemoteBody {
    return new RemoteBody({
      grant: request.grant,
      cancel: request.cancel,
      faultOf: (text) => {
        this.#answers.fault(`${what} broke off in its answer: ${text}`);
        return new Error(text);
      },
      onEnd: over,
    });
  }
}
