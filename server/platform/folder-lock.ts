import { Database } from 'bun:sqlite';
import { closeSync, openSync } from 'node:fs';

export interface FolderLock {
  release(): void;
}

const isBusy = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
};

/**
 * Takes the lock that one process at a time can have; undefined when another has it. It is an operating system lock by
 * way of SQLite, so it ends with its process, however that ends, and a leftover file means nothing.
 */
export function lockFolder(file: string): FolderLock | undefined {
  // SQLite would make it with the umask's mode.
  closeSync(openSync(file, 'a', 0o600));
  const lock = new Database(file, { readwrite: true, create: false });
  try {
    lock.run('PRAGMA busy_timeout = 0');
    lock.run('PRAGMA locking_mode = EXCLUSIVE');
    lock.run('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => lock.close() };
}
