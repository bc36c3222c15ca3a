import { Database } from 'bun:sqlite';
import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { reasonOf } from '../../platform/data-folder-error.ts';
import { damageOf } from '../../platform/db/integrity.ts';
import { NewerDatabaseError, refuseNewer } from '../../platform/db/migrate.ts';
import { migrationsFolder } from '../../platform/db/migrations-folder.ts';
import { parseSecrets } from '../../platform/secrets.ts';
import { bytes } from '../bytes.ts';
import { type Check, fail, ok, warn } from './check.ts';

const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(4, '0');

/** Whether others than the owner may do anything with it. */
const isOpenToOthers = (mode: number): boolean => process.platform !== 'win32' && (mode & 0o077) !== 0;

export const checkFolder: Check = ({ paths: { folder } }) => {
  const name = 'data folder';
  if (!existsSync(folder)) return ok(name, `${folder} does not exist yet: the first start makes it`);
  try {
    const stat = statSync(folder);
    if (!stat.isDirectory()) return fail(name, `${folder} is not a folder`);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return isOpenToOthers(stat.mode)
      ? warn(name, `${folder} has mode ${octal(stat.mode)}: others may look into it; chmod 700 ends that`)
      : ok(name, folder);
  } catch (error) {
    return fail(name, `${folder} cannot be used: ${reasonOf(error)}`);
  }
};

export const checkSecrets: Check = ({ paths: { secrets } }) => {
  const name = 'keys';
  if (!existsSync(secrets)) return ok(name, 'none yet: the first start makes them');
  try {
    if (!parseSecrets(readFileSync(secrets, 'utf8')))
      return fail(name, `${secrets} is broken: put it back from a backup, or remove it to sign everybody out`);
    const { mode } = statSync(secrets);
    return isOpenToOthers(mode)
      ? fail(name, `${secrets} has mode ${octal(mode)}: others could read the keys; chmod 600 ends that`)
      : ok(name, 'whole, and for their owner alone');
  } catch (error) {
    return fail(name, `${secrets} cannot be read: ${reasonOf(error)}`);
  }
};

const examine = (file: string): string | undefined => {
  // A connection that may only read leaves the files of its log behind.
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    sqlite.run('PRAGMA busy_timeout = 5000');
    const damage = damageOf(sqlite);
    if (damage !== undefined) return damage;
    refuseNewer(sqlite, migrationsFolder());
    return undefined;
  } finally {
    sqlite.close();
  }
};

export const checkDatabase: Check = ({ paths: { database } }) => {
  const name = 'database';
  if (!existsSync(database)) return ok(name, 'none yet: the first start makes it');
  try {
    const fault = examine(database);
    return fault === undefined
      ? ok(name, `whole, ${bytes(statSync(database).size)}`)
      : fail(name, `${database} is damaged (${fault}): restore a backup`);
  } catch (error) {
    if (error instanceof NewerDatabaseError) return fail(name, error.message);
    return fail(name, `${database} cannot be read (${reasonOf(error)}): restore a backup`);
  }
};

const MB = 1_000_000;

export const checkSpace: Check = ({ paths: { folder, database } }) => {
  const name = 'disk space';
  const place = existsSync(folder) ? folder : '.';
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const size = existsSync(database) ? statSync(database).size : 0;
  if (free < 50 * MB) return fail(name, `${bytes(free)} left: writes are about to fail`);
  // A migration copies the database first.
  if (free < 500 * MB || free < 2 * size)
    return warn(name, `${bytes(free)} left: too little for the next upgrade's copy`);
  return ok(name, `${bytes(free)} left`);
};
