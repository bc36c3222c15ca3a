import type { Database } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { fail, Internal, NotFound } from '@shared/kernel/errors.ts';
import { type Awaitable, ok, type Result } from '@shared/kernel/result.ts';
import type { StreamItem } from '../../modules/registry.ts';
import { StreamEnded } from '../../modules/sse.ts';
import { validate } from '../../modules/validation.ts';
import { type HostApi, type ReceivedFile, type RemoteCall, type Run, SettingsRefused } from '../instance.ts';
import type { ModuleEvent } from '../sdk/context.ts';
import type { ModuleDefinition } from '../sdk/define.ts';
import { type Contexts, createContexts } from './contexts.ts';
import { migrate, migrateCopy, openDatabase } from './database.ts';
import { checkResult, checkValue, faultText, ModuleFault } from './outcome.ts';
import { Peers } from './peers.ts';

export interface RuntimeOptions {
  definition: ModuleDefinition;
  host: HostApi;
  /** Where the module keeps files; made when it is missing. */
  folder: string;
  database: string;
  /** A database of which this one is to be a copy. */
  copyOf?: string | undefined;
  settings: Record<string, unknown>;
  /** Holds what the module answers and sends against its own schemas. On outside production. */
  checkOutput: boolean;
}

type Running = AsyncGenerator<StreamItem, void, void>;

/** A module that runs: its definition, called. The same in a process of its own and in the server's. */
export class Runtime {
  readonly #definition: ModuleDefinition;
  readonly #host: HostApi;
  readonly #checkOutput: boolean;
  readonly #abort: AbortController;
  readonly #db: Database;
  readonly #contexts: Contexts;
  readonly #peers: Peers;

  private constructor(options: RuntimeOptions, db: Database, contexts: Contexts, abort: AbortController) {
    this.#definition = options.definition;
    this.#host = options.host;
    this.#checkOutput = options.checkOutput;
    this.#db = db;
    this.#contexts = contexts;
    this.#abort = abort;
    this.#peers = new Peers({
      sockets: options.definition.sockets ?? {},
      contexts,
      host: options.host,
      checkOutput: options.checkOutput,
      attempt: (where, step) => this.#attempt(where, step),
    });
  }

  /** Migrates, checks the settings and runs the module's `start`. Rejects with what went wrong, in words for its author. */
  static async begin(options: RuntimeOptions): Promise<Runtime> {
    const { definition, host, folder, database, copyOf } = options;
    const settings: Result<unknown> = definition.settings ? validate(definition.settings, options.settings) : ok({});
    if (!settings.ok) throw new SettingsRefused(settings.error.issues ?? []);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (copyOf !== undefined) migrateCopy({ database, copyOf }, definition.migrations ?? []);
    const db = openDatabase(database);
    const abort = new AbortController();
    try {
      migrate(db, definition.migrations ?? []);
      const { id } = definition;
      const contexts = createContexts({ id, settings: settings.data, db, folder, host, signal: abort.signal });
      const runtime = new Runtime(options, db, contexts, abort);
      await definition.start?.(contexts.own);
      return runtime;
    } catch (error) {
      abort.abort();
      db.close();
      throw error;
    }
  }

  /** Answers at once where the function does: that costs no promise. */
  call(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
    files?: readonly ReceivedFile[],
  ): Awaitable<Result<unknown>> {
    const fn = own(this.#definition.functions, name);
    if (!fn) return fail(NotFound);
    const { spec } = fn;
    const parsed = spec.input ? validate(spec.input, input) : ok({});
    if (!parsed.ok) return parsed;
    const failed = (error: unknown): Result<never> => this.#fault(name, error);
    const answer = (value: unknown): Result<unknown> => {
      try {
        const result = checkResult(name, value, spec.errors);
        if (result.ok && this.#checkOutput && spec.output && typeof spec.output !== 'string')
          checkValue(name, spec.output, result.data);
        return result;
      } catch (error) {
        return failed(error);
      }
    };
    let value: unknown;
    try {
      value = fn.run(this.#contexts.of(run, call, spec.files ? (files ?? []) : undefined), parsed.data as never);
    } catch (error) {
      return failed(error);
    }
    return isThenable(value) ? Promise.resolve(value).then(answer, failed) : answer(value);
  }

  stream(run: Run, name: string, call: RemoteCall, input: unknown): Result<Running> {
    const stream = own(this.#definition.streams, name);
    if (!stream) return fail(NotFound);
    const parsed = stream.spec.input ? validate(stream.spec.input, input) : ok({});
    if (!parsed.ok) return parsed;
    try {
      return ok(this.#watched(name, stream.run(this.#contexts.of(run, call), parsed.data as never), run.signal));
    } catch (error) {
      return this.#fault(name, error);
    }
  }

  connect(run: Run, handler: string, call: RemoteCall, input: unknown): Promise<Result<void>> {
    return this.#peers.connect(run, handler, call, input);
  }

  message(peerId: string, message: unknown): Promise<Result<void>> {
    return this.#peers.message(peerId, message);
  }

  disconnect(peerId: string): Promise<void> {
    return this.#peers.disconnect(peerId);
  }

  async deliver(event: ModuleEvent): Promise<Result<void>> {
    const listener = own(this.#definition.on, event.event);
    if (!listener) return fail(NotFound);
    return this.#attempt(`on.${event.event}`, () => listener(this.#contexts.own, event));
  }

  async runSchedule(name: string): Promise<Result<void>> {
    const schedule = own(this.#definition.schedules, name);
    if (!schedule) return fail(NotFound);
    return this.#attempt(`schedules.${name}`, () => schedule.run(this.#contexts.own));
  }

  async runCommand(
    run: Run,
    name: string,
    call: RemoteCall,
    command: { roomId: string; text: string },
  ): Promise<Result<string | null>> {
    const found = own(this.#definition.commands, name);
    if (!found) return fail(NotFound);
    try {
      const result = checkResult(`/${name}`, await found.run(this.#contexts.of(run, call) as never, command));
      if (result.ok && result.data !== null && typeof result.data !== 'string')
        throw new ModuleFault(`/${name} answers with ok(text) or ok(null)`);
      return result as Result<string | null>;
    } catch (error) {
      return this.#fault(`/${name}`, error);
    }
  }

  /** Aborts what runs, runs the module's `stop` and closes the database. Never rejects. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('The module is stopped'));
    await this.#attempt('stop', () => this.#definition.stop?.(this.#contexts.own));
    this.#db.close();
  }

  async *#watched(name: string, generator: AsyncGenerator<StreamItem>, signal: AbortSignal): Running {
    const events = own(this.#definition.streams, name)?.spec.events ?? {};
    try {
      for await (const item of generator) {
        const schema = own(events, item.event);
        if (!schema) throw new ModuleFault(`${name} yielded ${String(item.event)}, which it does not declare`);
        if (this.#checkOutput) checkValue(`${name}.${item.event}`, schema, item.data);
        yield item;
      }
    } catch (error) {
      // A wait that the client's leaving ended is no fault.
      if (!(signal.aborted && isAbort(error, signal))) this.#host.log('error', faultText(name, error));
      throw new StreamEnded(fail(Internal).error);
    }
  }

  async #attempt(where: string, step: () => unknown): Promise<Result<void>> {
    try {
      await step();
      return ok<void>(undefined);
    } catch (error) {
      return this.#fault(where, error);
    }
  }

  #fault(where: string, error: unknown): Result<never> {
    this.#host.log('error', faultText(where, error));
    return fail(Internal);
  }
}

const own = <T>(entries: Record<string, T> | undefined, name: string): T | undefined =>
  entries && Object.hasOwn(entries, name) ? entries[name] : undefined;

/** Of a promise, whoever made it. */
const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason || (error instanceof Error && error.name === 'AbortError');
