import { Database } from 'bun:sqlite';
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../../platform/atomic-file.ts';
import type { MigratedCopy } from '../instance.ts';

const versionOf = (database: Database): number =>
  database.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0;

/** How many migrations the database in this file has had; 0 where there is no file. */
export function migrationsOf(file: string): number {
  if (!existsSync(file)) return 0;
  const database = new Database(file, { readwrite: true, create: false });
  try {
    return versionOf(database);
  } finally {
    database.close();
  }
}

/** A consistent copy of a database in another file, also while somebody writes. */
function copyDatabase(from: string, to: string): void {
  const database = new Database(from, { readwrite: true, create: false });
  try {
    database.run('PRAGMA busy_timeout = 5000');
    database.run('VACUUM INTO ?', [to]);
  } finally {
    database.close();
  }
}

/** Opens a module's database, made when it is missing. Writes of other instances are waited for. */
export function openDatabase(file: string): Database {
  const database = new Database(file, { create: true, readwrite: true });
  database.run('PRAGMA busy_timeout = 5000');
  database.run('PRAGMA journal_mode = WAL');
  database.run('PRAGMA synchronous = NORMAL');
  database.run('PRAGMA foreign_keys = ON');
  return database;
}

/** Applies what is missing, each in a transaction of its own. Throws, with what was applied before it kept. */
export function migrate(database: Database, migrations: readonly string[]): void {
  const had = versionOf(database);
  if (had > migrations.length)
    throw new Error(`The database has had ${had} migrations, this version knows ${migrations.length}: it is older`);
  for (const [index, statements] of migrations.entries()) {
    database
      .transaction(() => {
        // Another instance may have been faster.
        if (versionOf(database) > index) return;
        try {
          database.run(statements);
        } catch (error) {
          throw new Error(`Migration ${index + 1} failed: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
        database.run(`PRAGMA user_version = ${index + 1}`);
      })
      .immediate();
  }
}

/** Copies a database and migrates the copy, which stays beside the place where it would be. Throws as `migrate` does. */
export function rehearse({ database, copyOf }: MigratedCopy, migrations: readonly string[]): string {
  const partial = `${database}.partial`;
  copyDatabase(copyOf, partial);
  const copy = new Database(partial, { readwrite: true, create: false });
  try {
    copy.run('PRAGMA foreign_keys = ON');
    migrate(copy, migrations);
  } finally {
    copy.close();
  }
  return partial;
}

/** A migrated copy of a database, which is there when it is whole. Throws as `migrate` does. */
export function migrateCopy(copy: MigratedCopy, migrations: readonly string[]): void {
  renameSync(rehearse(copy, migrations), copy.database);
  syncFolder(dirname(copy.database));
}
