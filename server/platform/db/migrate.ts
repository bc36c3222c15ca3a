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

/** Drizzle's own table and columns, so that its tools understand the database. */
const TABLE = '__drizzle_migrations';

/** Tells which migrations a database has (when they were written → hash). Throws SQLite's error when it is not ours. */
const appliedTo = (sqlite: Database): Map<number, string> =>
  new Map(
    sqlite
      .query<{ created_at: number; hash: string }, []>(`SELECT created_at, hash FROM ${TABLE} ORDER BY created_at`)
      .all()
      .map((row) => [row.created_at, row.hash]),
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
    `CREATE TABLE IF NOT EXISTS ${TABLE} (id INTEGER PRIMARY KEY, hash TEXT NOT NULL, created_at NUMERIC NOT NULL)`,
  );
  refuseNewer(sqlite, folder);
  const applied = appliedTo(sqlite);
  const known = readMigrationFiles({ migrationsFolder: folder });
  const missing = known.filter((migration) => !applied.has(migration.folderMillis));
  if (missing.length > 0 && applied.size > 0) backup();
  for (const migration of missing) {
    sqlite.transaction(() => {
      for (const statement of migration.sql) sqlite.run(statement);
      sqlite.run(`INSERT INTO ${TABLE} (hash, created_at) VALUES (?, ?)`, [migration.hash, migration.folderMillis]);
    })();
  }
  return missing.length;
}
