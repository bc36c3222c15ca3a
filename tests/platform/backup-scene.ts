import { expect } from 'bun:test';
import { join } from 'node:path';
import { backUp, type BackupOptions } from '../../server/platform/backup/backup.ts';
import { BackupError } from '../../server/platform/backup/backup-error.ts';
import { restore, type RestoreOptions } from '../../server/platform/backup/restore.ts';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { testIds } from '../support/data-folder.ts';
import { migrationsFolder } from '../support/db.ts';

export const now = Date.UTC(2030, 0, 1);

/** A data folder and a backup of it side by side, with the verbs bound to them. */
export function place(root: string) {
  const folder = join(root, 'data');
  const target = join(root, 'team.hearth');
  return {
    folder,
    target,
    paths: dataPaths(folder),
    backUp: (more: Partial<BackupOptions> = {}) =>
      backUp({ paths: dataPaths(folder), target, force: false, version: '1.2.3', now, ids: testIds, ...more }),
    restore: (more: Partial<RestoreOptions> = {}) =>
      restore({
        file: target,
        folder,
        migrations: migrationsFolder,
        now,
        ids: testIds,
        passphrase: () => Promise.resolve(undefined),
        worthlessWithoutKeys: [],
        ...more,
      }),
  };
}

/** The BackupError, of one line, that this fails with. */
export const refusal = (promise: Promise<unknown>): Promise<BackupError> =>
  promise.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: unknown) => {
      if (!(error instanceof BackupError)) throw error;
      expect(error.message).not.toContain('\n');
      return error;
    },
  );
