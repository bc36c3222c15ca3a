import type { Database } from 'bun:sqlite';
import { readMigrationFiles } from 'drizzle-orm/migrator';

/** The database was made by a newer version of Hearth than this one. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
}

export interface MigrateOptions {
  sqlite: Database;
  /** Folder that drizzle-kit wrote. */
  folder: string;
  /** Called once, before the first migration of a database that already holds data. */
  backup: () => void;
}

/** Tells which migrations a database has (`at` → hash). Throws SQLite's error when it is no database of ours. */
const appliedTo = (sqlite: Database): Map<number, string> =>
  new Map(
    sqlite
      .query<{ at: number; hash: string }, []>('SELECT at, hash FROM migrations ORDER BY at')
      .all()
      .map((row) => [row.at, row.hash]),
  );

/** The newest migration of a database; 0 without any. Throws SQLite's error when it has no table of them. */
export const migrationHead = (sqlite: Database): number => Math.max(0, ...appliedTo(sqlite).keys());

/** Throws NewerDatabaseError when the database has a migration that this version does not know. */
export function refuseNewer(sqlite: Database, folder: string): void {
  const known = new Map(
    readMigrationFiles({ migrationsFolder: folder }).map((migration) => [migration.folderMillis, migration.hash]),
  );
  for (const [at, hash] of appliedTo(sqlite)) {
    if (known.get(at) !== hash)
      throw new NewerDatabaseError(
        'The database was written by a newer version of Hearth: start that version, or restore an older backup',
      );
  }
}

/** Applies what is missing, each migration in a transaction of its own. Returns how many were applied. */
export function migrate({ sqlite, folder, backup }: MigrateOptions): number {
  sqlite.run(
    'CREATE TABLE IF NOT EXISTS migrations (at INTEGER PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL)',
  );
  refuseNewer(sqlite, folder);
  const applied = appliedTo(sqlite);
  const known = readMigrationFiles({ migrationsFolder: folder });
  const missing = known.filter((migration) => !applied.has(migration.folderMillis));
  if (missing.length > 0 && applied.size > 0) backup();
  for (const migration of missing) {
    sqlite.transaction(() => {
      for (const statement of migration.sql) sqlite.run(statement);
      sqlite.run('INSERT INTO migrations (at, hash, applied_at) VALUES (?, ?, ?)', [
        migration.folderMillis,
        migration.hash,
        Date.now(),
      ]);
    })();
  }
  return missing.length;
}
