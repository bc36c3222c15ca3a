import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDb, type Db } from '../../server/platform/db/db.ts';

export const migrationsFolder = join(import.meta.dir, '../../server/migrations');

export interface TestDb {
  db: Db;
  folder: string;
  file: string;
  /** Closes the database and removes its folder. */
  remove(): Promise<void>;
}

/** A real database in a folder of its own. */
export function openTestDb(): TestDb {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-test-'));
  const file = join(folder, 'hearth.db');
  const db = openDb({
    file,
    migrations: migrationsFolder,
    backupFile: () => join(folder, 'before-migration.db'),
    onEffectError: (error) => {
      throw error;
    },
  });
  return {
    db,
    folder,
    file,
    async remove() {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
