import { randomUUID } from 'node:crypto';
import type { ContentKind } from '@shared/kernel/content.ts';
import { fail } from '@shared/kernel/errors.ts';
import { type Awaitable, ok, onward, type Result } from '@shared/kernel/result.ts';
import { ModuleTimeout } from '@shared/modules/errors.ts';
import type { StreamItem } from '../modules/registry.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { Answers } from './answers.ts';
import type { Description } from './description.ts';
import {
  type Exit,
  type Instance,
  type Launcher,
  type LaunchOptions,
  LoadError,
  ModuleGone,
  type Prepared,
  type ReceivedFile,
  type RemoteCall,
  type Run,
} from './instance.ts';
import { readDescription } from './manifest.ts';
import { Runs } from './process/runs.ts';
import { migrationsOf, rehearse } from './runtime/database.ts';
import { describe } from './runtime/describe.ts';
import { loadModule } from './runtime/load.ts';
import { Runtime } from './runtime/runtime.ts';
import { offerVirtualModules } from './runtime/virtual-modules.ts';
import type { ModuleEvent } from './sdk/context.ts';
import { withinTime } from './within-time.ts';

const STOPPED = 'The module was stopped';

export interface TrustedOptions {
  clock: Clock;
  /** Holds what modules answer and send against their own schemas. On outside production. */
  checkOutput: boolean;
}

/** Files of this folder are read again when they are imported again. */
const forgetImports = (folder: string): void => {
  for (const path of Object.keys(require.cache))
    if (path.startsWith(`${folder}/`) && !path.includes('/node_modules/')) delete require.cache[path];
};

/**
 * Starts modules in the server's own process: nothing bounds what they use, and what they block is blocked for everybody.
 */
export function createTrustedLauncher({ clock, checkOutput }: TrustedOptions): Launcher {
  return {
    async prepare(launch: LaunchOptions): Promise<Prepared> {
      const { folder, most, host } = launch;
      offerVirtualModules(folder);
      forgetImports(folder);
      const late = (what: string) => (): never => {
        throw new LoadError(`It did not ${what} within ${most.loadTimeout} ms`);
      };
      const definition = await withinTime(clock, most.loadTimeout, loadModule(folder, randomUUID()), late('load'));
      const description = readDescription(describe(definition), launch.id);
      return {
        description,
        migrated: migrationsOf(launch.database),
        async rehearse(copy) {
          rehearse(copy, definition.migrations ?? []);
        },
        async begin(migrating): Promise<Instance> {
          const { settings, dataFolder } = launch;
          const beginning = Runtime.begin({
            ...{ definition, host, settings, checkOutput },
            folder: dataFolder,
            database: launch.database,
            ...migrating,
          });
          const runtime = await withinTime(clock, most.loadTimeout, beginning, late('start'));
          return new TrustedInstance({ description, runtime, clock, launch });
        },
        async discard() {},
      };
    },
  };
}

interface TrustedInstanceOptions {
  description: Description;
  runtime: Runtime;
  clock: Clock;
  launch: LaunchOptions;
}

/** A run that ends with its caller or when its time is over. Its signal is made when the module asks for it. */
class BoundedRun implements Run {
  readonly #run: Run;
  #late: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #isOver = false;

  constructor(run: Run) {
    this.#run = run;
  }

  get id(): string {
    return this.#run.id;
  }

  get signal(): AbortSignal {
    if (!this.#signal) {
      this.#late = new AbortController();
      this.#signal = AbortSignal.any([this.#run.signal, this.#late.signal]);
      if (this.#isOver) this.end();
    }
    return this.#signal;
  }

  end(): void {
    this.#isOver = true;
    this.#late?.abort(new DOMException('The call took too long', 'AbortError'));
  }
}

class TrustedInstance implements Instance {
  readonly description: Description;
  readonly pid = process.pid;
  readonly startedAt: number;
  readonly memory = undefined;
  readonly exited: Promise<Exit>;
  readonly #options: TrustedInstanceOptions;
  readonly #answers: Answers;
  readonly #runs = new Runs();
  /** Who waits for the module right now, to be told when it ends. */
  readonly #waiting = new Set<(error: ModuleGone) => void>();
  readonly #end: (exit: Exit) => void;
  #hasEnded = false;

  constructor(options: TrustedInstanceOptions) {
    const { description, clock, launch } = options;
    this.#options = options;
    this.description = description;
    this.startedAt = clock.now();
    this.#answers = new Answers(launch.host.log, launch.dataFolder);
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.exited = promise;
    this.#end = resolve;
  }

  get running(): number {
    return this.#runs.size;
  }

  call(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
    files?: readonly ReceivedFile[],
  ): Awaitable<Result<unknown>> {
    const kind = this.description.functions[name]?.output;
    const result = this.#timed(run, name, (bounded) => this.#options.runtime.call(bounded, name, call, input, files));
    if (typeof kind !== 'string') return result;
    return onward(result, (answer) =>
      answer.ok ? this.#answers.content(name, kind as ContentKind, answer.data) : answer,
    );
  }

  async stream(
    run: Run,
    name: string,
    call: RemoteCall,
    input: unknown,
  ): Promise<Result<AsyncGenerator<StreamItem, void, void>>> {
    const started = this.#options.runtime.stream(run, name, call, input);
    if (!started.ok) return started;
    const generator = this.#counted(run.id, started.data);
    run.signal.addEventListener('abort', () => void generator.return().catch(() => {}), { once: true });
    return ok(generator);
  }

  async connect(run: Run, handler: string, call: RemoteCall, input: unknown): Promise<Result<void>> {
    this.#runs.begin(run.id);
    const connected = await this.#options.runtime.connect(run, handler, call, input);
    if (!connected.ok) this.#runs.end(run.id);
    return connected;
  }

  message(peerId: string, message: unknown): Promise<Result<void>> {
    return this.#unlessGone(this.#options.runtime.message(peerId, message));
  }

  async disconnect(peerId: string): Promise<void> {
    if (!this.#runs.has(peerId)) return;
    try {
      await this.#unlessGone(this.#options.runtime.disconnect(peerId));
    } finally {
      this.#runs.end(peerId);
    }
  }

  deliver(event: ModuleEvent): Promise<Result<void>> {
    return this.#runs.alone(this.#unlessGone(this.#options.runtime.deliver(event)));
  }

  runSchedule(name: string): Promise<Result<void>> {
    return this.#runs.alone(this.#unlessGone(this.#options.runtime.runSchedule(name)));
  }

  async runCommand(
    run: Run,
    name: string,
    call: RemoteCall,
    command: { roomId: string; text: string },
  ): Promise<Result<string | null>> {
    const result = await this.#timed(run, `/${name}`, (bounded) =>
      this.#options.runtime.runCommand(bounded, name, call, command),
    );
    return this.#answers.readReply(`/${name}`, result);
  }

  async stop(patience: number): Promise<void> {
    await withinTime(this.#options.clock, patience, this.#runs.idle(), () => {});
    await this.#options.runtime.stop();
    this.#hasEnded = true;
    for (const reject of this.#waiting) reject(new ModuleGone(STOPPED));
    this.#end({ kind: 'stopped' });
  }

  /** The answer, or `module.timeout` after the manifest's time: then the call's signal aborts. */
  #timed<T>(run: Run, what: string, work: (run: Run) => Awaitable<Result<T>>): Awaitable<Result<T>> {
    const { clock, launch } = this.#options;
    const { callTimeout } = this.description.limits;
    if (this.#hasEnded) throw new ModuleGone(STOPPED);
    const bounded = new BoundedRun(run);
    const working = work(bounded);
    if (!(working instanceof Promise)) return working;
    const { id } = run;
    const over = (): void => this.#runs.end(id);
    this.#runs.begin(id);
    return this.#unlessGone(working, over, (resolve) =>
      clock.setTimeout(() => {
        bounded.end();
        launch.host.log('warn', `${what} took longer than ${callTimeout} ms`);
        resolve(fail(ModuleTimeout));
      }, callTimeout),
    );
  }

  /**
   * As the work settles, or ModuleGone where the instance ends before; `over` is called then. A timer that `limit` starts
   * may resolve it, too, and is cancelled when it is over.
   */
  #unlessGone<T>(work: Promise<T>, over?: () => void, limit?: (resolve: (value: T) => void) => Timer): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#hasEnded) reject(new ModuleGone(STOPPED));
      const end = (): void => {
        timer?.cancel();
        this.#waiting.delete(gone);
        over?.();
      };
      const gone = (error: ModuleGone): void => {
        end();
        reject(error);
      };
      const timer = limit?.((value) => {
        end();
        resolve(value);
      });
      this.#waiting.add(gone);
      work.then(
        (value) => {
          end();
          resolve(value);
        },
        (error: Error) => {
          end();
          reject(error);
        },
      );
    });
  }

  async *#counted(
    id: string,
    generator: AsyncGenerator<StreamItem, void, void>,
  ): AsyncGenerator<StreamItem, void, void> {
    this.#runs.begin(id);
    try {
      yield* generator;
    } finally {
      this.#runs.end(id);
    }
  }
}
