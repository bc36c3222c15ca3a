import { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { contracts } from '@shared/contracts.ts';
import type { Clock } from '../platform/clock.ts';
import { damageOf } from '../platform/db/integrity.ts';
import { readerOf, Statements } from '../platform/db/query.ts';
import { ownCommand } from '../platform/own-command.ts';
import { databaseFile } from './databases.ts';
import { type ModuleSource, scanFolder } from './folders.ts';
import { inspectModule } from './inspect.ts';
import type { Launcher } from './instance.ts';
import { createIsolatedLauncher } from './isolated.ts';
import { LogRing } from './log-ring.ts';
import { type ModuleRecord, readRecords, untouched } from './records.ts';
import { migrationsOf } from './runtime/database.ts';
import { createSeals, type Seals } from './secrets.ts';
import { shippedModules } from './shipped.ts';

export interface ExamineOptions {
  /** The data folder, absolute. */
  folder: string;
  /** Hearth's own database. */
  database: string;
  /** Opens settings that are secret; undefined where it is lost. */
  moduleKey: Uint8Array | undefined;
  clock: Clock;
  /** Loads modules to see what they say of themselves. Not where a server runs them: it knows better. */
  load: boolean;
  /** Most MiB of a module while it is loaded. */
  memory: number;
}

/** What is stored of a module, and what is wrong with it. */
export interface ModuleExamination {
  id: string;
  enabled: boolean;
  /** Why it cannot run; undefined where it can, as far as that can be seen. */
  problem?: string;
  /** What is lost or broken of what it keeps. */
  faults: string[];
  /** What it asks for and was not granted. */
  missing: string[];
}

export interface ModulesExamination {
  modules: ModuleExamination[];
  /** Folders whose names no module may have. */
  misnamed: readonly string[];
}

const LOADING = 10_000;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const withDatabase = async <T>(file: string, use: (database: Database) => T): Promise<Awaited<T>> => {
  // A connection that may only read leaves the files of its log behind.
  const database = new Database(file, { readwrite: true, create: false });
  try {
    database.run('PRAGMA busy_timeout = 5000');
    return await use(database);
  } finally {
    database.close();
  }
};

const recordsIn = async (file: string): Promise<Map<string, ModuleRecord>> => {
  if (!existsSync(file)) return new Map();
  return withDatabase(file, (database) => readRecords(readerOf(new Statements(drizzle({ client: database })))));
};

/** What is wrong with a module's database; undefined for a whole one, and where there is none yet. */
const databaseFault = async (file: string, number: number): Promise<string | undefined> => {
  // Only a migration counts further than the first, and leaves a file.
  if (!existsSync(file)) return number > 1 ? `its database ${basename(file)} is gone: restore a backup` : undefined;
  try {
    const damage = await withDatabase(file, damageOf);
    return damage && `its database is damaged (${damage}): restore a backup`;
  } catch (error) {
    return `its database cannot be read (${messageOf(error)}): restore a backup`;
  }
};

const secretFault = (id: string, { settings }: ModuleRecord, seals: Seals | undefined): string | undefined => {
  const lost = Object.entries(settings.secrets).filter(
    ([field, sealed]) => seals?.open(id, field, sealed) === undefined,
  );
  const names = lost.map(([field]) => field).join(', ');
  return names && `its secrets cannot be opened with the keys that are here (${names}): enter them again`;
};

/** Loads modules one after another, without any right, from copies that lie outside of the data folder. */
const withInspector = async <T>(
  { clock, memory }: ExamineOptions,
  use: (inspect: (source: ModuleSource) => ReturnType<typeof inspectModule>) => Promise<T>,
): Promise<T> => {
  const scratch = mkdtempSync(join(tmpdir(), 'hearth-'));
  const launcher: Launcher & Disposable = createIsolatedLauncher({
    command: ownCommand,
    socketFolder: join(scratch, 's'),
    clock,
    checkOutput: false,
  });
  try {
    return await use(({ id, folder }) =>
      inspectModule({
        ...{ id, folder, launcher, database: 1 },
        copy: join(scratch, id),
        data: join(scratch, `${id}.data`),
        log: new LogRing(clock),
        most: { memory: memory * 2 ** 20, loadTimeout: LOADING },
      }),
    );
  } finally {
    launcher[Symbol.dispose]();
    rmSync(scratch, { recursive: true, force: true });
  }
};

/** Looks at the modules of a data folder, whether a server has it or not. Changes nothing. */
export async function examineModules(options: ExamineOptions): Promise<ModulesExamination> {
  const { folder, moduleKey, load } = options;
  const records = await recordsIn(options.database);
  const seals = moduleKey && createSeals(moduleKey);
  const { sources: own, misnamed } = scanFolder(join(folder, 'modules'), (id) => Object.hasOwn(contracts, id));
  const sources = new Map<string, ModuleSource>([
    ...shippedModules().map((source): [string, ModuleSource] => [source.id, { ...source, shipped: true }]),
    ...own.map((source): [string, ModuleSource] => [source.id, source]),
  ]);

  const examine = async (
    id: string,
    inspect: ((source: ModuleSource) => ReturnType<typeof inspectModule>) | undefined,
  ): Promise<ModuleExamination> => {
    const record = records.get(id) ?? untouched;
    const source = sources.get(id);
    const file = databaseFile(join(folder, 'module-data', id), record.database);
    const damage = await databaseFault(file, record.database);
    const found: ModuleExamination = {
      id,
      enabled: record.enabled,
      faults: [secretFault(id, record, seals), damage].flatMap((fault) => fault || []),
      missing: [],
    };
    if (!source) return { ...found, problem: 'its folder is gone' };
    if (source.problem !== undefined) return { ...found, problem: source.problem };
    if (!inspect || (source.shipped && !record.enabled)) return found;
    try {
      const { permissions, migrations } = await inspect(source);
      const had = damage === undefined ? migrationsOf(file) : 0;
      if (had > migrations)
        return { ...found, problem: `its database has had ${had} migrations, this version knows ${migrations}` };
      return { ...found, missing: permissions.filter((scope) => !record.granted.includes(scope)) };
    } catch (error) {
      return { ...found, problem: messageOf(error) };
    }
  };

  const ids = [...new Set([...sources.keys(), ...[...records].filter(([, { enabled }]) => enabled).map(([id]) => id)])];
  const examineAll = async (inspect?: Parameters<typeof examine>[1]): Promise<ModuleExamination[]> => {
    const modules: ModuleExamination[] = [];
    for (const id of ids.toSorted()) modules.push(await examine(id, inspect));
    return modules;
  };
  return { modules: load ? await withInspector(options, examineAll) : await examineAll(), misnamed };
}
