import { Database } from 'bun:sqlite';
import { drizzle } from 'drizzle-orm/bun-sqlite';
import { migrate } from './migrate.ts';
import { type Reader, readerOf, Statements } from './query.ts';
import { createWriter, type Writer } from './writer.ts';

export { query, type Query, type Reader } from './query.ts';
export type { Tx } from './transaction.ts';
export type { WriteOptions } from './writer.ts';

/** The file is no database, or a damaged one. The message is one line and names the file. */
export class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
}

/** The database of one data folder: one writer with group commit, readers that see committed rows only. */
export interface Db extends Writer {
  readonly read: Reader;
  /** A consistent copy of the committed state in a new file. */
  snapshot(file: string): void;
  /** Resolves after the last write, then closes both connections. */
  close(): Promise<void>;
}

export interface DbOptions {
  file: string;
  migrations: string;
  /** Where the copy goes that is made before an older database is migrated. */
  backupFile: () => string;
  onEffectError: (error: unknown) => void;
  onCommit?: (writes: number, milliseconds: number) => void;
  /** Given the writing connection, by those who try what a full disk does. */
  onOpen?: ((sqlite: Database) => void) | undefined;
}

const pragmas = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
  'PRAGMA busy_timeout = 2000',
  'PRAGMA wal_autocheckpoint = 10000',
  'PRAGMA cache_size = -16000',
  'PRAGMA temp_store = MEMORY',
];

const isDamage = (error: unknown): boolean =>
  /^SQLITE_(?:NOTADB|CORRUPT)/.test(String((error as { code?: unknown } | null)?.code));

const snapshotTo = (sqlite: Database, file: string): void => {
  sqlite.run('VACUUM INTO ?', [file]);
};

/** Opens the database, migrating it first. Throws NewerDatabaseError, UnusableDatabaseError, or SQLite's error. */
export function openDb({ file, migrations, backupFile, onEffectError, onCommit, onOpen }: DbOptions): Db {
  const writing = new Database(file, { create: true, readwrite: true });
  let reading: Database | undefined;
  try {
    for (const pragma of pragmas) writing.run(pragma);
    migrate({ sqlite: writing, folder: migrations, backup: () => snapshotTo(writing, backupFile()) });
    reading = new Database(file, { readonly: true });
    reading.run('PRAGMA busy_timeout = 2000');
    reading.run('PRAGMA cache_size = -16000');
  } catch (error) {
    reading?.close();
    writing.close();
    throw isDamage(error)
      ? new UnusableDatabaseError(`${file} is no database, or a damaged one: restore a backup`, { cause: error })
      : error;
  }
  onOpen?.(writing);
  const readOnly = reading;
  const writer = createWriter({
    sqlite: writing,
    drizzle: drizzle(writing),
    onEffectError,
    ...(onCommit ? { onCommit } : {}),
  });
  return {
    ...writer,
    read: readerOf(new Statements(drizzle(readOnly))),
    snapshot: (target) => snapshotTo(readOnly, target),
    async close() {
      await writer.idle();
      readOnly.close();
      try {
        writing.run('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // On a full disk the log stays beside the database; the next start plays it in.
      }
      writing.close();
    },
  };
}
