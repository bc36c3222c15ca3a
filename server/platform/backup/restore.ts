import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { giveToOwnerOf } from '../atomic-file.ts';
import { type DataPaths, holdFolder } from '../data-folder.ts';
import { isSystemError, reasonOf } from '../data-folder-error.ts';
import type { Ids } from '../ids.ts';
import { newSecrets, parseSecrets, type SecretsFile } from '../secrets.ts';
import { readArchive } from './archive.ts';
import { BackupError } from './backup-error.ts';
import { DATABASE, type Manifest, SEALED_KEYS } from './manifest.ts';
import { emptyTables, examineDatabase } from './restored-database.ts';
import { openKeys } from './sealed-keys.ts';
import { swapIn } from './swap.ts';

export interface RestoreOptions {
  /** The backup, absolute. */
  file: string;
  /** The data folder, absolute; made when there is none. */
  folder: string;
  /** The folder of migrations that this version knows. */
  migrations: string;
  /** Milliseconds since 1970; names what was there before. */
  now: number;
  ids: Ids;
  /** Asked for when the backup holds keys; undefined: restore without them. */
  passphrase: () => Promise<string | undefined>;
  /** Tables whose rows mean nothing without the keys they were made with: emptied when the keys are new. */
  worthlessWithoutKeys: readonly string[];
}

export interface RestoreSummary {
  manifest: Manifest;
  /** Whether the keys came back too; otherwise everybody signs in again. */
  keys: boolean;
  /** The old database under its new name; undefined when there was none. */
  previous?: string;
}

const admitBySpace =
  (folder: string) =>
  ({ files }: Manifest): void => {
    const needed = files.reduce((sum, file) => sum + file.size, 0);
    const disk = statfsSync(folder);
    const free = disk.bavail * disk.bsize;
    if (needed > free)
      throw new BackupError('storage', `The backup needs ${needed} bytes, but ${folder} has ${free} left`);
  };

const openSealedKeys = async (staging: string, { passphrase }: RestoreOptions): Promise<SecretsFile | undefined> => {
  const sealed = join(staging, SEALED_KEYS);
  if (!existsSync(sealed)) return undefined;
  const given = await passphrase();
  if (given === undefined) return undefined;
  const secrets = parseSecrets(await openKeys(readFileSync(sealed, 'utf8'), given));
  if (!secrets) throw new BackupError('invalid', 'The backup is damaged: its keys are broken');
  return secrets;
};

const restoreInto = async (paths: DataPaths, staging: string, options: RestoreOptions): Promise<RestoreSummary> => {
  const manifest = await readArchive(options.file, staging, admitBySpace(paths.folder));
  const database = join(staging, DATABASE);
  examineDatabase(database, options.migrations);
  const secrets = await openSealedKeys(staging, options);
  if (!secrets) emptyTables(database, options.worthlessWithoutKeys);
  for (const path of readdirSync(staging, { recursive: true, encoding: 'utf8' }))
    giveToOwnerOf(paths.folder, join(staging, path));
  const previous = swapIn({ paths, staging, secrets: secrets ?? newSecrets(options.ids), now: options.now });
  return { manifest, keys: secrets !== undefined, ...(previous ? { previous } : {}) };
};

const asBackupError = (error: unknown): unknown =>
  isSystemError(error)
    ? new BackupError('storage', `The backup cannot be restored: ${reasonOf(error)}`, { cause: error })
    : error;

/**
 * Makes the data folder what it was when the backup was made. Everything is checked before the first thing is changed,
 * and the old database stays beside the new one. Throws BackupError, NewerDatabaseError, or DataFolderError when the
 * folder is in use; it is as it was then.
 */
export async function restore(options: RestoreOptions): Promise<RestoreSummary> {
  const { file, folder } = options;
  if (!existsSync(file)) throw new BackupError('storage', `There is no file ${file}`);
  const isNew = !existsSync(folder);
  const held = holdFolder({ folder, create: true });
  const staging = join(folder, 'restore.partial');
  let done = false;
  try {
    // What a restore left that was killed: it had changed nothing else yet.
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging, { mode: 0o700 });
    const summary = await restoreInto(held.paths, staging, options);
    done = true;
    return summary;
  } catch (error) {
    throw asBackupError(error);
  } finally {
    rmSync(staging, { recursive: true, force: true });
    held.close();
    if (isNew && !done) rmSync(folder, { recursive: true, force: true });
  }
}
