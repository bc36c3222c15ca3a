import { z } from 'zod';
import { Scope } from '@shared/modules/schema.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Reader, Tx } from '../platform/db/db.ts';
import { findModule, listModules, type ModuleRow, storeModule } from './store.ts';

/** Settings as they are stored: nothing in here tells a secret. */
export const StoredSettings = z.object({
  values: z.record(z.string(), z.unknown()),
  /** Field → sealed text. */
  secrets: z.record(z.string(), z.string()),
});
export type StoredSettings = z.infer<typeof StoredSettings>;

/** What the team decided about a module. */
export interface ModuleRecord {
  readonly enabled: boolean;
  readonly granted: readonly Scope[];
  readonly settings: StoredSettings;
  /** Number of its database file. */
  readonly database: number;
}

/** Of a module that nobody touched yet: off, nothing granted. */
export const untouched: ModuleRecord = {
  enabled: false,
  granted: [],
  settings: { values: {}, secrets: {} },
  database: 1,
};

const recordOf = (row: ModuleRow | undefined): ModuleRecord =>
  row
    ? {
        enabled: row.enabled,
        granted: z.array(Scope).parse(JSON.parse(row.granted)),
        settings: StoredSettings.parse(JSON.parse(row.settings)),
        database: row.database,
      }
    : untouched;

export interface Records {
  /** As committed; of a module that nobody touched yet: off, nothing granted. */
  get(id: string): ModuleRecord;
  /** Changes a record within a write; `get` tells of it once that is committed. Answers with what it was before. */
  change(tx: Tx, id: string, change: Partial<ModuleRecord>): Promise<ModuleRecord>;
}

/** What is stored of all modules, by their ids. */
export const readRecords = async (reader: Reader): Promise<Map<string, ModuleRecord>> =>
  new Map((await reader.all(listModules)).map((row) => [row.id, recordOf(row)]));

/** The records of all modules, kept in memory beside the database: each call of a module looks at one. */
export async function openRecords(db: Db, clock: Clock): Promise<Records> {
  const known = await readRecords(db.read);
  return {
    get: (id) => known.get(id) ?? untouched,
    async change(tx, id, change) {
      const before = recordOf(await tx.get(findModule, { id }));
      const after: ModuleRecord = { ...before, ...change };
      await tx.run(storeModule, {
        id,
        enabled: after.enabled,
        granted: JSON.stringify(after.granted),
        settings: JSON.stringify(after.settings),
        database: after.database,
        changedAt: clock.now(),
      });
      tx.afterCommit(() => void known.set(id, after));
      return before;
    },
  };
}
