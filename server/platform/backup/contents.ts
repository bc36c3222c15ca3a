import { Database } from 'bun:sqlite';
import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from './backup-error.ts';
import type { Source } from './archive.ts';
import type { DataPaths } from '../data-folder.ts';
import { DATABASE, extraFolders, isLeftOut } from './manifest.ts';

/** A copy of the committed state in a new file, also while a server writes. */
function snapshot(database: string, target: string): void {
  // A connection that may only read leaves the files of its log behind.
  const sqlite = new Database(database, { readwrite: true, create: false });
  try {
    sqlite.run('PRAGMA busy_timeout = 5000');
    sqlite.run('VACUUM INTO ?', [target]);
  } finally {
    sqlite.close();
  }
}

/** Whether a file begins as SQLite's do. */
export const isDatabase = (path: string): boolean => {
  const handle = openSync(path, 'r');
  try {
    const start = Buffer.alloc(16);
    return readSync(handle, start, 0, 16, 0) === 16 && start.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(handle);
  }
};

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const SIDECAR = /-(?:wal|shm|journal)$/;

/** Whether a file belongs to a database beside it, whose snapshot holds all of it. */
const isSidecar = (path: string): boolean => {
  const database = path.replace(SIDECAR, '');
  return database !== path && exists(database) && isDatabase(database);
};

const plainFilesBelow = (folder: string, name: string): string[] =>
  readdirSync(join(folder, name))
    .toSorted()
    .flatMap((child) => {
      const path = `${name}/${child}`;
      const stat = isLeftOut(path) ? undefined : lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) return plainFilesBelow(folder, path);
      return stat?.isFile() && !isSidecar(join(folder, path)) ? [path] : [];
    });

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';

/**
 * What a backup holds, databases as snapshots in the `staging` folder. Files that go while it looks, as those of modules
 * may at any time, are left out. Throws BackupError without a database.
 */
export function gatherContents(paths: DataPaths, staging: string, signal?: AbortSignal): Source[] {
  if (!exists(paths.database)) throw new BackupError('storage', `There is no database in ${paths.folder}`);
  const sourceOf = (name: string, path: string, at: number): Source => {
    if (!isDatabase(path)) return { name, path, size: statSync(path).size };
    const copy = join(staging, `${at}.db`);
    snapshot(path, copy);
    return { name, path: copy, size: statSync(copy).size };
  };
  // First, for it says which of the modules' databases count: those that come later are found afterwards.
  const database = sourceOf(DATABASE, paths.database, 0);
  const names = extraFolders
    .filter((name) => exists(join(paths.folder, name)))
    .flatMap((name) => plainFilesBelow(paths.folder, name));
  const others = names.flatMap((name, at): Source[] => {
    signal?.throwIfAborted();
    try {
      return [sourceOf(name, join(paths.folder, name), at + 1)];
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  });
  return [database, ...others];
}
