import { Database } from 'bun:sqlite';
import { openDataFolder } from '../../server/platform/data-folder.ts';
import { migrate } from '../../server/platform/db/migrate.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from './clock.ts';
import { migrationsFolder } from './db.ts';

export const testIds = createIds(new TestClock());

/** Makes a data folder as a first start leaves it, with one journal row of this text. */
export function makeDataFolder(folder: string, text: string): void {
  const held = openDataFolder({ folder, create: true, ids: testIds });
  const sqlite = new Database(held.paths.database, { create: true });
  sqlite.run('PRAGMA journal_mode = WAL');
  migrate({ sqlite, folder: migrationsFolder, backup: () => {} });
  addRow(sqlite, text);
  sqlite.close();
  held.close();
}

export function withDatabase<T>(file: string, use: (sqlite: Database) => T): T {
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    return use(sqlite);
  } finally {
    sqlite.close();
  }
}

export function addRow(sqlite: Database, text: string): void {
  sqlite.run(
    `INSERT INTO journal (seq, channel, "offset", event, payload, actor_kind, actor_id, at)
     SELECT coalesce(max(seq), 0) + 1, 'room:a', coalesce(max("offset"), 0) + 1, 'chat_message', ?, 'user', 'a', 0 FROM journal`,
    [text],
  );
}

export const rowsOf = (file: string): string[] =>
  withDatabase(file, (sqlite) =>
    sqlite
      .query<{ payload: string }, []>('SELECT payload FROM journal ORDER BY seq')
      .all()
      .map((row) => row.payload),
  );
