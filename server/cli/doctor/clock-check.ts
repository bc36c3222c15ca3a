import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { version } from '../../version.ts';
import { type Check, fail, ok, warn } from './check.ts';

const MINUTE = 60_000;
/** Before this program was written. */
const EARLIEST = Date.UTC(2025, 0, 1);

/** When the newest event happened, by the clock of then. */
const newestEvent = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined;
  let sqlite: Database | undefined;
  try {
    sqlite = new Database(file, { readwrite: true, create: false });
    return sqlite.query<{ at: number }, []>('SELECT at FROM journal ORDER BY seq DESC LIMIT 1').get()?.at;
  } catch {
    // A database that cannot be read has a finding of its own.
    return undefined;
  } finally {
    sqlite?.close();
  }
};

export const checkClock: Check = ({ clock, paths }) => {
  const name = 'clock';
  const now = clock.now();
  const time = new Date(now).toISOString();
  if (now < EARLIEST) return fail(name, `it says ${time}: set it, or every session counts as expired`);
  const newest = newestEvent(paths.database);
  if (newest !== undefined && newest > now + 5 * MINUTE)
    return warn(
      name,
      `it says ${time}, but something happened at ${new Date(newest).toISOString()}: it went backwards`,
    );
  return ok(name, time);
};

export const checkVersion: Check = () =>
  ok('version', `${version} (bun ${Bun.version}, ${process.platform} ${process.arch})`);
