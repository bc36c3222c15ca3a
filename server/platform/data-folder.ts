import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderError, reasonOf } from './data-folder-error.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { createHighWater, type HighWater } from './high-water.ts';
import type { Ids } from './ids.ts';
import { openSecrets, type Secrets } from './secrets.ts';

export { DataFolderError, type DataFolderProblem } from './data-folder-error.ts';

/** Where things lie in a data folder. */
export interface DataPaths {
  readonly folder: string;
  readonly database: string;
  readonly secrets: string;
  readonly highWater: string;
  readonly lock: string;
  /** Files of calls that run; emptied at each start. */
  readonly temporary: string;
  /** The control socket of the running server. */
  readonly socket: string;
  /** What the running server notes about itself. */
  readonly running: string;
}

export const dataPaths = (folder: string): DataPaths => ({
  folder,
  database: join(folder, 'hearth.db'),
  secrets: join(folder, 'secrets.json'),
  highWater: join(folder, 'high-water.json'),
  lock: join(folder, 'hearth.lock'),
  temporary: join(folder, 'tmp'),
  socket: join(folder, 'hearth.sock'),
  running: join(folder, 'running.json'),
});

/** A data folder that this process owns until it is closed or the process ends. */
export interface HeldFolder {
  readonly paths: DataPaths;
  close(): void;
}

/** The owned folder with its keys, as a server needs it. */
export interface DataFolder extends HeldFolder {
  readonly secrets: Secrets;
  readonly highWater: HighWater;
}

export interface HoldOptions {
  /** Absolute. */
  folder: string;
  /** Makes the folder, mode 0700, when there is none. */
  create: boolean;
}

/** `sun_path` of a Unix socket holds 104 bytes at least, on macOS, its end included. */
const MAX_SOCKET_PATH = 103;

const ensureFolder = (folder: string, create: boolean): void => {
  try {
    if (create) mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const missing = !create && (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new DataFolderError(
      missing ? 'missing' : 'unusable',
      missing
        ? `There is no data folder ${folder}: name another one with --data, or start hearth once to make it`
        : `The data folder ${folder} cannot be used: ${reasonOf(error)}`,
      { cause: error },
    );
  }
};

const takeLock = (paths: DataPaths): FolderLock => {
  let lock: FolderLock | undefined;
  try {
    lock = lockFolder(paths.lock);
  } catch (error) {
    throw new DataFolderError('unusable', `The data folder ${paths.folder} cannot be written: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  if (lock) return lock;
  throw new DataFolderError('held', `The data folder ${paths.folder} is in use by another Hearth`);
};

/** Takes a folder into possession. Throws DataFolderError. */
export function holdFolder({ folder, create }: HoldOptions): HeldFolder {
  const paths = dataPaths(folder);
  if (Buffer.byteLength(paths.socket) > MAX_SOCKET_PATH)
    throw new DataFolderError('unusable', `The path of the data folder ${folder} is too long for a socket in it`);
  ensureFolder(folder, create);
  const lock = takeLock(paths);
  return { paths, close: () => lock.release() };
}

/** Takes a folder into possession and reads or makes its keys. Throws DataFolderError. */
export function openDataFolder({ ids, ...options }: HoldOptions & { ids: Ids }): DataFolder {
  const held = holdFolder(options);
  try {
    return {
      ...held,
      secrets: openSecrets(held.paths.secrets, ids),
      highWater: createHighWater(held.paths.highWater),
    };
  } catch (error) {
    held.close();
    throw error instanceof DataFolderError
      ? error
      : new DataFolderError('unusable', `The data folder ${options.folder} cannot be written: ${reasonOf(error)}`, {
          cause: error,
        });
  }
}
