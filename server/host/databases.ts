import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^db-(\d+)\.sqlite(?:\.partial)?(?:-wal|-shm|-journal)?$/;

/** Where a module keeps its things: `files/` and `db-<n>.sqlite`, of which one at a time is the module's. */
export const databaseFile = (folder: string, number: number): string => join(folder, `db-${number}.sqlite`);

/** What a module may do with as it likes. */
export const filesFolder = (folder: string): string => join(folder, 'files');

export const ensureDataFolder = (folder: string): void => {
  mkdirSync(filesFolder(folder), { recursive: true, mode: 0o700 });
};

const drop = (folder: string, isGone: (number: number) => boolean): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const number = NAME.exec(name)?.[1];
    if (number !== undefined && isGone(Number(number))) rmSync(join(folder, name), { force: true });
  }
};

export const dropDatabase = (folder: string, number: number): void => drop(folder, (found) => found === number);

/** Removes what migrations left behind: every database but the module's own. */
export const dropOtherDatabases = (folder: string, number: number): void => drop(folder, (found) => found !== number);
