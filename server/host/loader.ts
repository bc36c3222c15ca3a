import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { databaseFile, dropDatabase, ensureDataFolder, filesFolder } from './databases.ts';
import type { Description } from './description.ts';
import { createHostApi, type Surroundings } from './host-api.ts';
import { checkSchedules, inspectModule } from './inspect.ts';
import { type Instance, type Launcher, type LaunchOptions, type Prepared, SettingsRefused } from './instance.ts';
import type { LogRing } from './log-ring.ts';
import { Pool } from './pool.ts';
import { copySource } from './source-copy.ts';
import { Version } from './version.ts';

/** Where modules lie in the data folder. Absolute paths. */
export interface ModulePaths {
  /** Their sources, which people edit. */
  readonly modules: string;
  /** What they store, a folder each. */
  readonly data: string;
  /** Copies of sources that run now; emptied at each start. */
  readonly running: string;
}

export interface LoaderOptions {
  paths: ModulePaths;
  clock: Clock;
  surroundings: Surroundings;
  /** In a process of its own, or in the server's. */
  launcherOf: (id: string) => Launcher;
  /** Limits of the server's, above those that manifests ask for. */
  most: LaunchOptions['most'] & { instances: number };
}

export interface LoadOptions {
  id: string;
  /** Source to load. */
  folder: string;
  log: LogRing;
  settings: Record<string, unknown>;
  /** Number of its database. */
  database: number;
  scopes: (description: Description) => ReadonlySet<string>;
  lost: (version: Version, reason: string, left: number) => void;
}

/** A version that was loaded and does nothing yet. */
export interface Loaded {
  readonly version: Version;
  /** Its database has to be migrated before it begins. Not so the first one. */
  readonly migrates: boolean;
  /** Migrates a copy that is thrown away, beside whatever runs. Rejects with what fails. */
  rehearse(): Promise<void>;
  /**
   * Starts its first instance. A database that has to be migrated is copied under the next number first, and the copy is
   * migrated: where anything fails, the copy goes and the database is as it was. Answers with the number of its database;
   * rejects with SettingsRefused or StartError.
   */
  begin(): Promise<number>;
  /** Ends what runs of it, at once, and removes its copy of the source. */
  discard(): Promise<void>;
}

/** The module was loaded and did not start: what it needs may be there in a moment. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export type Loader = ReturnType<typeof createLoader>;

/** Turns sources into versions that can run. */
export function createLoader({ paths, clock, surroundings, launcherOf, most }: LoaderOptions) {
  let count = 0;

  /** A place for a copy of a module's source. */
  const nextCopy = (id: string): string => {
    mkdirSync(paths.running, { recursive: true, mode: 0o700 });
    return join(paths.running, `${id}-${++count}`);
  };
  const dataOf = (id: string): string => join(paths.data, id);
  const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

  return {
    dataOf,

    /** Reads what a module says of itself. Nothing of it runs afterwards. Rejects with LoadError. */
    inspect(options: Pick<LoadOptions, 'id' | 'folder' | 'log' | 'database'>): Promise<Description> {
      const { id } = options;
      return inspectModule({ ...options, copy: nextCopy(id), data: dataOf(id), launcher: launcherOf(id), most });
    },

    /** Loads a version. Rejects with LoadError. */
    async load({ id, folder, log, settings, database, scopes, lost }: LoadOptions): Promise<Loaded> {
      const data = dataOf(id);
      const copy = nextCopy(id);
      await copySource(folder, copy);
      const over = new AbortController();
      const held: { version?: Version } = {};
      let current = database;
      let description: Description | undefined;
      const host = createHostApi({
        ...surroundings,
        id,
        log,
        scopes: () => (description ? scopes(description) : new Set()),
        version: () => held.version,
        signal: over.signal,
      });
      const prepare = (): Promise<Prepared> => {
        ensureDataFolder(data);
        const file = databaseFile(data, current);
        return launcherOf(id).prepare({
          id,
          folder: copy,
          dataFolder: filesFolder(data),
          database: file,
          settings,
          host,
          most,
        });
      };
      let prepared: Prepared;
      try {
        prepared = await prepare();
        description = prepared.description;
        try {
          checkSchedules(description);
        } catch (error) {
          await prepared.discard();
          throw error;
        }
      } catch (error) {
        remove(copy);
        throw error;
      }
      const { limits } = description;
      const pool = new Pool({
        clock,
        start: async (): Promise<Instance> => (await prepare()).begin(),
        most: Math.min(limits.instances, most.instances),
        idleAfter: limits.idleSeconds * 1000,
        lost: (reason, left) => held.version && lost(held.version, reason, left),
      });
      const version = new Version({
        description,
        pool,
        folder: copy,
        onEnd() {
          over.abort();
          remove(copy);
        },
      });
      held.version = version;
      // A first database has nothing to lose.
      const migrates = description.migrations > prepared.migrated && existsSync(databaseFile(data, database));
      let hasBegun = false;

      return {
        version,
        migrates,
        async rehearse() {
          dropDatabase(data, database + 1);
          try {
            await prepared.rehearse({
              database: databaseFile(data, database + 1),
              copyOf: databaseFile(data, database),
            });
          } finally {
            dropDatabase(data, database + 1);
          }
        },
        async begin() {
          hasBegun = true;
          const next = migrates ? database + 1 : database;
          if (migrates) dropDatabase(data, next);
          const copyOf = databaseFile(data, database);
          try {
            pool.add(await prepared.begin(migrates ? { database: databaseFile(data, next), copyOf } : undefined));
          } catch (error) {
            if (migrates) dropDatabase(data, next);
            if (error instanceof SettingsRefused) throw error;
            throw new StartError(error instanceof Error ? error.message : String(error));
          }
          current = next;
          return next;
        },
        async discard() {
          if (!hasBegun) await prepared.discard();
          await version.end(0);
          if (current !== database) dropDatabase(data, current);
        },
      };
    },
  };
}
