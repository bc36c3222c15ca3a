import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, migrationHead, NewerDatabaseError } from '../../server/platform/db/migrate.ts';
import { temporaryFolder } from '../support/folder.ts';

const first = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);';
const second = 'ALTER TABLE notes ADD COLUMN at INTEGER;';
const statements = (...parts: string[]): string => parts.join('--> statement-breakpoint\n');

let folder: ReturnType<typeof temporaryFolder>;
let sqlite: Database;
let backups: string[][];

beforeEach(() => {
  folder = temporaryFolder();
  sqlite = new Database(join(folder.path, 'test.db'), { create: true, readwrite: true });
  backups = [];
});
afterEach(() => {
  sqlite.close();
  folder[Symbol.dispose]();
});

/** A folder as drizzle-kit writes it, with one migration for each text. */
const written = (...migrations: string[]): string => {
  const path = join(folder.path, `migrations-${migrations.length}`);
  mkdirSync(join(path, 'meta'), { recursive: true });
  const entries = migrations.map((sql, idx) => {
    const tag = `${String(idx).padStart(4, '0')}_step`;
    writeFileSync(join(path, `${tag}.sql`), sql);
    return { idx, version: '6', when: 1000 * (idx + 1), tag, breakpoints: true };
  });
  writeFileSync(join(path, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
  return path;
};
const columns = (): string[] =>
  sqlite
    .query<{ name: string }, []>(`SELECT name FROM pragma_table_info('notes')`)
    .all()
    .map(({ name }) => name);
const run = (...migrations: string[]): number =>
  migrate({ sqlite, folder: written(...migrations), backup: () => backups.push(columns()) });

describe('migrations', () => {
  test('make a new database without a backup of nothing', () => {
    expect(run(first, second)).toBe(2);
    expect(columns()).toEqual(['id', 'body', 'at']);
    expect(backups).toEqual([]);
  });

  test('that are all there change nothing', () => {
    run(first, second);
    expect(run(first, second)).toBe(0);
    expect(backups).toEqual([]);
  });

  test('bring an older database up to date, after one backup of what it was', () => {
    run(first);
    sqlite.run(`INSERT INTO notes (body) VALUES ('kept')`);
    expect(run(first, second, 'CREATE TABLE more (id INTEGER PRIMARY KEY);')).toBe(2);
    expect(columns()).toEqual(['id', 'body', 'at']);
    expect(sqlite.query('SELECT body FROM notes').values()).toEqual([['kept']]);
    expect(backups).toEqual([['id', 'body']]);
  });

  test('that fail in the middle leave nothing of themselves, and those before them whole', () => {
    run(first);
    const failing = statements('CREATE TABLE half (id INTEGER PRIMARY KEY);', 'INSERT INTO nowhere VALUES (1);');
    expect(() => run(first, second, failing)).toThrow('nowhere');
    expect(columns()).toEqual(['id', 'body', 'at']);
    expect(sqlite.query(`SELECT name FROM sqlite_schema WHERE name = 'half'`).all()).toEqual([]);
    expect(migrationHead(sqlite)).toBe(2000);
    expect(backups).toHaveLength(1);
  });

  test('of a newer version are refused before anything is touched', () => {
    run(first, second);
    expect(() => run(first)).toThrow(NewerDatabaseError);
    expect(columns()).toEqual(['id', 'body', 'at']);
    expect(backups).toEqual([]);
  });

  test('are noted where Drizzle’s own tools look for them', () => {
    run(first);
    expect(sqlite.query('SELECT created_at FROM __drizzle_migrations').values()).toEqual([[1000]]);
  });
});
