import { Database } from 'bun:sqlite';
import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from './backup-error.ts';
import type { Source } from './archive.ts';
import type { DataPaths } from '../data-folder.ts';
import { DATABASE, extraFolders, leftOut } from './manifest.ts';

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

/** What belongs to a database beside it: its snapshot holds all of it. */
const isSidecar = (name: string): boolean => /-(?:wal|shm|journal)$/.test(name);

const plainFilesBelow = (folder: string, name: string): string[] =>
  readdirSync(join(folder, name))
    .toSorted()
    .flatMap((child) => {
      const path = `${name}/${child}`;
      const stat = leftOut.has(path) ? undefined : lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) return plainFilesBelow(folder, path);
      return stat?.isFile() && !isSidecar(child) ? [path] : [];
    });

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';

/**
 * What a backup holds, databases as snapshots in the `staging` folder. Files that go while it looks, as those of modules
 * may at any time, are left out. Throws BackupError without a database.
 */
export function gatherContents(paths: DataPaths, staging: string, signal?: AbortSignal): Source[] {
  if (!exists(paths.database)) throw new BackupError('storage', `There is no database in ${paths.folder}`);
  const names = [
    DATABASE,
    ...extraFolders
      .filter((name) => exists(join(paths.folder, name)))
      .flatMap((name) => plainFilesBelow(paths.folder, name)),
  ];
  return names.flatMap((name, at): Source[] => {
    signal?.throwIfAborted();
    const path = name === DATABASE ? paths.database : join(paths.folder, name);
    try {
      if (!isDatabase(path)) return [{ name, path, size: statSync(path).size }];
      const copy = join(staging, `${at}.db`);
      snapshot(path, copy);
      return [{ name, path: copy, size: statSync(copy).size }];
    } catch (error) {
      if (name !== DATABASE && isGone(error)) return [];
      throw error;
    }
  });
}
