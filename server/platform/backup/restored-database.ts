import { Database } from 'bun:sqlite';
import { damageOf } from '../db/integrity.ts';
import { NewerDatabaseError, refuseNewer } from '../db/migrate.ts';
import { BackupError } from './backup-error.ts';

/** Throws BackupError unless the file is a whole database of Hearth, NewerDatabaseError when of a newer version. */
export function examineDatabase(file: string, migrations: string): void {
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    const damage = damageOf(sqlite);
    if (damage !== undefined) throw new Error(damage);
    if (sqlite.query('PRAGMA foreign_key_check').all().length > 0) throw new Error('rows without their parents');
    refuseNewer(sqlite, migrations);
  } catch (error) {
    if (error instanceof NewerDatabaseError) throw error;
    throw new BackupError('invalid', `The database in the backup is damaged: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    sqlite.close();
  }
}

/** Removes all rows of these tables, as far as the database has them. */
export function emptyTables(file: string, tables: readonly string[]): void {
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    const existing = sqlite.query<{ name: string }, []>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all();
    sqlite.transaction(() => {
      for (const { name } of existing) if (tables.includes(name)) sqlite.run(`DELETE FROM "${name}"`);
    })();
  } finally {
    sqlite.close();
  }
}
