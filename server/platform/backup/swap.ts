import { Database } from 'bun:sqlite';
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../atomic-file.ts';
import type { DataPaths } from '../data-folder.ts';
import { createHighWater, unknownMark } from '../high-water.ts';
import { type SecretsFile, writeSecrets } from '../secrets.ts';
import { isDatabase } from './contents.ts';
import { DATABASE, extraFolders } from './manifest.ts';

export interface SwapOptions {
  paths: DataPaths;
  /** Holds what was restored, on the same file system. */
  staging: string;
  secrets: SecretsFile;
  now: number;
}

const stamp = (now: number): string => new Date(now).toISOString().replaceAll(/[-:.]/g, '');

/** Writes the log of a database into it, so that it is one file. A broken database keeps its log beside it. */
const foldLog = (database: string): void => {
  if (!isDatabase(database)) return;
  try {
    const sqlite = new Database(database, { readwrite: true, create: false });
    try {
      sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)');
      // Otherwise the log's files stay, empty, and would be taken for the restored database's.
      sqlite.run('PRAGMA journal_mode = DELETE');
    } finally {
      sqlite.close();
    }
  } catch {
    // It is restored because it is broken: its log goes aside with it, below.
  }
};

const sidecars = ['-wal', '-shm', '-journal'] as const;

/** A second name for a file; a copy's worth where the file system has no links. */
const keepAs = (file: string, kept: string): void => {
  try {
    linkSync(file, kept);
  } catch (error) {
    if (existsSync(kept)) throw error;
    renameSync(file, kept);
  }
};

const swapDatabase = ({ paths, staging }: SwapOptions, kept: string): boolean => {
  const had = existsSync(paths.database);
  if (had) {
    foldLog(paths.database);
    keepAs(paths.database, kept);
  }
  // A log beside the new database would be played into it. Under this name it still belongs to the old one.
  for (const suffix of sidecars)
    if (existsSync(paths.database + suffix)) renameSync(paths.database + suffix, kept + suffix);
  renameSync(join(staging, DATABASE), paths.database);
  return had;
};

/**
 * Puts what was restored in place of what is there; the old things stay, with the time in their names. The database
 * comes last and in one step: until then a start finds the old one, merely with everybody signed out. Returns the old
 * database's new name.
 */
export function swapIn(options: SwapOptions): string | undefined {
  const { paths, staging, secrets, now } = options;
  const aside = `.before-restore-${stamp(now)}`;
  // Offsets are about to run backwards: the next start must renew the journal's epoch.
  createHighWater(paths.highWater).write(unknownMark);
  if (existsSync(paths.secrets)) renameSync(paths.secrets, paths.secrets + aside);
  writeSecrets(paths.secrets, secrets);
  for (const name of extraFolders) {
    const folder = join(paths.folder, name);
    if (existsSync(folder)) renameSync(folder, folder + aside);
    if (existsSync(join(staging, name))) renameSync(join(staging, name), folder);
  }
  const kept = paths.database + aside;
  const had = swapDatabase(options, kept);
  syncFolder(paths.folder);
  rmSync(paths.socket, { force: true });
  return had ? kept : undefined;
}
