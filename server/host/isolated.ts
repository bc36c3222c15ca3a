import { statSync } from 'node:fs';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Beginning } from './child/order.ts';
import type { Description } from './description.ts';
import { Guard, type GuardTimes } from './process/guard.ts';
import { createHostPort } from './process/host-port.ts';
import {
  type Instance,
  type Launcher,
  type LaunchOptions,
  LoadError,
  type MigratedCopy,
  ModuleGone,
  type Prepared,
  SettingsRefused,
} from './instance.ts';
import { IsolatedInstance } from './process/isolated-instance.ts';
import { RemoteFault } from './link/exchange.ts';
import { createLinkServer, type LinkServer } from './process/link-server.ts';
import { readDescription } from './manifest.ts';
import { withinTime } from './within-time.ts';
import { ModuleProcess, type ProcessLimits, processLimits } from './process/module-process.ts';
import { Runs } from './process/runs.ts';

/** Bytes of a database that are copied in a millisecond, on a slow disk. */
const COPYING = 10_000;

/** What a process answers when it has begun, or would have. */
const Begun = z.object({
  refused: z
    .array(
      z.object({
        path: z.string().max(1000),
        code: z.string().max(100),
        params: z.record(z.string().max(100), z.unknown()).optional(),
      }),
    )
    .max(100)
    .optional(),
});

export interface IsolatedOptions {
  /** Starts this Hearth: the program and its arguments. */
  command: readonly string[];
  /** Where the socket of the modules' processes lies; made when it is missing, for its owner alone. */
  socketFolder: string;
  clock: Clock;
  /** Holds what modules answer and send against their own schemas. On outside production. */
  checkOutput: boolean;
  limits?: Partial<ProcessLimits>;
  times?: GuardTimes;
}

/** Starts modules in processes of their own. Disposing of it ends the socket; instances are stopped by whoever has them. */
export function createIsolatedLauncher(options: IsolatedOptions): Launcher & Disposable {
  const { command, socketFolder, clock, checkOutput } = options;
  const limits = { ...processLimits, ...options.limits };
  const guard = new Guard(clock, options.times);
  let server: LinkServer | undefined;

  const within = <T>(work: Promise<T>, ms: number, what: string): Promise<T> =>
    withinTime(clock, ms, work, () => {
      throw new LoadError(`It did not ${what} within ${Math.round(ms)} ms`);
    });

  return {
    async prepare(launch: LaunchOptions): Promise<Prepared> {
      server ??= createLinkServer(socketFolder);
      const runs = new Runs();
      const { most, host } = launch;
      const port = createHostPort(host, runs, (level, text) => child.output.line(level, text));
      const child: ModuleProcess = new ModuleProcess({
        ...{ command, server, guard, clock, limits, ...port },
        folder: launch.folder,
        log: host.log.bind(host),
        memory: most.memory,
      });
      /** Ends a process that does not do what it should, and says why in an error of this kind. */
      const failed = async (error: unknown): Promise<Error> => {
        // It has ended, or is about to, and its exit says why.
        if (!(error instanceof ModuleGone)) child.kill('it did not start');
        const exit = await child.exited;
        if (error instanceof LoadError || error instanceof SettingsRefused) return error;
        if (error instanceof RemoteFault) return new LoadError(error.message);
        if (exit.kind === 'stopped' || exit.reason === 'it did not start')
          return new LoadError(error instanceof Error ? error.message : String(error));
        return new LoadError(`It did not start: ${exit.reason}`);
      };

      let description: Description;
      let migrated: number;
      try {
        const load = async (): Promise<unknown> => {
          await child.connected;
          return child.link.request('load', { database: launch.database }).answer;
        };
        const told = (await within(load(), most.loadTimeout, 'load')) as { description?: unknown; migrated?: unknown };
        description = readDescription(told?.description, launch.id);
        migrated = Number.isSafeInteger(told.migrated) ? Number(told.migrated) : 0;
      } catch (error) {
        throw await failed(error);
      }
      child.memoryLimit = Math.min(most.memory, description.limits.memory * 1024 * 1024);

      const timeFor = (copy?: MigratedCopy): number =>
        most.loadTimeout + (copy ? statSync(copy.copyOf).size / COPYING : 0);

      return {
        description,
        migrated,
        async rehearse(copy) {
          try {
            await within(child.link.request('rehearse', copy).answer, timeFor(copy), 'migrate a copy');
          } catch (error) {
            throw await failed(error);
          }
        },
        async begin(migrating): Promise<Instance> {
          const beginning: Beginning = {
            database: launch.database,
            ...migrating,
            dataFolder: launch.dataFolder,
            settings: launch.settings,
            checkOutput,
          };
          try {
            const begun = within(child.link.request('begin', beginning).answer, timeFor(migrating), 'start');
            const { refused } = Begun.parse(await begun);
            if (refused) throw new SettingsRefused(refused);
            child.hasBegun = true;
          } catch (error) {
            throw await failed(error);
          }
          return new IsolatedInstance({ description, child, runs, clock, host, folder: launch.dataFolder });
        },
        async discard() {
          await child.stop(0);
        },
      };
    },
    [Symbol.dispose]() {
      server?.[Symbol.dispose]();
      server = undefined;
    },
  };
}
