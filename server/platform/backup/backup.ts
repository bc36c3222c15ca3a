import { Database } from 'bun:sqlite';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from '../atomic-file.ts';
import { type DataPaths } from '../data-folder.ts';
import { isSystemError, reasonOf } from '../data-folder-error.ts';
import { migrationHead } from '../db/migrate.ts';
import type { Ids } from '../ids.ts';
import { parseSecrets } from '../secrets.ts';
import { type Source, writeArchive } from './archive.ts';
import { BackupError } from './backup-error.ts';
import { gatherContents } from './contents.ts';
import { SEALED_KEYS } from './manifest.ts';
import { sealKeys } from './sealed-keys.ts';

export interface BackupOptions {
  paths: DataPaths;
  /** The file to write, absolute. */
  target: string;
  /** Replaces a file that is there already. */
  force: boolean;
  /** Of this Hearth. */
  version: string;
  /** Milliseconds since 1970. */
  now: number;
  ids: Ids;
  /** Given: the keys of the folder go along, sealed under it. */
  passphrase?: string;
  signal?: AbortSignal;
}

export interface BackupSummary {
  file: string;
  /** Bytes of the archive. */
  size: number;
  /** How many files it holds, the database among them. */
  files: number;
  keys: boolean;
}

const sealedKeys = async ({ paths, ids }: BackupOptions, passphrase: string, staging: string): Promise<Source> => {
  const text = readFileSync(paths.secrets, 'utf8');
  if (!parseSecrets(text)) throw new BackupError('storage', `The keys in ${paths.secrets} are broken`);
  const random = (bytes: number): Uint8Array => Buffer.from(ids.secret(bytes), 'base64url');
  const sealed = await sealKeys(text, passphrase, random);
  const path = join(staging, 'keys');
  writeFileSync(path, sealed, { mode: 0o600 });
  return { name: SEALED_KEYS, path, size: Buffer.byteLength(sealed) };
};

const headOf = (snapshot: string): number => {
  const sqlite = new Database(snapshot, { readonly: true });
  try {
    return migrationHead(sqlite);
  } finally {
    sqlite.close();
  }
};

const alreadyThere = (target: string): BackupError =>
  new BackupError('exists', `${target} is there already: name another file, or replace it with --force`);

/** Gives the finished archive its name. Without `force`, in one step that fails when the name is taken. */
const publish = (archive: string, { target, force }: BackupOptions): void => {
  if (force) renameSync(archive, target);
  else {
    try {
      linkSync(archive, target);
    } catch (error) {
      if (existsSync(target)) throw alreadyThere(target);
      // Not every file system has hard links.
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
      renameSync(archive, target);
    }
  }
  syncFolder(dirname(target));
};

const asBackupError = (error: unknown, target: string): unknown =>
  isSystemError(error)
    ? new BackupError('storage', `The backup ${target} cannot be written: ${reasonOf(error)}`, { cause: error })
    : error;

const writeBackup = async (options: BackupOptions, staging: string): Promise<BackupSummary> => {
  const { paths, target, version, now, passphrase, signal } = options;
  const contents = gatherContents(paths, staging, signal);
  if (passphrase !== undefined) contents.push(await sealedKeys(options, passphrase, staging));
  const archive = join(staging, 'archive');
  const facts = { hearth: version, createdAt: now, migration: headOf(contents[0]?.path ?? '') };
  await writeArchive(archive, facts, contents, signal);
  publish(archive, options);
  return { file: target, size: statSync(target).size, files: contents.length, keys: passphrase !== undefined };
};

/**
 * Writes one file from which `restore` makes the data folder again; the server may go on. The file appears when it is
 * whole, or not at all. Throws BackupError, or the abort's reason.
 */
export async function backUp(options: BackupOptions): Promise<BackupSummary> {
  const { target, force, ids } = options;
  if (!force && existsSync(target)) throw alreadyThere(target);
  const staging = join(dirname(target), `.${basename(target)}.${ids.secret(6)}.partial`);
  try {
    mkdirSync(staging, { mode: 0o700 });
    try {
      return await writeBackup(options, staging);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw asBackupError(error, target);
  }
}
