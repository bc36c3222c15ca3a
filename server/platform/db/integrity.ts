import type { Database } from 'bun:sqlite';

/** What SQLite finds wrong with a database first; undefined where it is whole. Throws for a file that is none. */
export function damageOf(database: Database): string | undefined {
  const [found] = database.query<{ integrity_check: string }, []>('PRAGMA integrity_check(1)').all();
  return found?.integrity_check === 'ok' ? undefined : (found?.integrity_check ?? 'SQLite does not answer');
}
