import { Database } from 'bun:sqlite';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveToOwnerOf } from './atomic-file.ts';

export interface FolderLock {
  release(): void;
}

const isBusy = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
};

/** With the right mode, which SQLite would take from the umask. */
const ensureFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
    giveToOwnerOf(dirname(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};

/**
 * Takes the lock that one process at a time can have; undefined when another has it. It is an operating system lock by
 * way of SQLite, so it ends with its process, however that ends, and a leftover file means nothing. The file must not
 * be opened by other means in the process that holds it: closing it again would let go of the lock (POSIX).
 */
export function lockFolder(file: string): FolderLock | undefined {
  ensureFile(file);
  const lock = new Database(file, { readwrite: true, create: false });
  try {
    lock.run('PRAGMA busy_timeout = 0');
    lock.run('PRAGMA journal_mode = MEMORY');
    lock.run('PRAGMA locking_mode = EXCLUSIVE');
    lock.run('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => lock.close() };
}
