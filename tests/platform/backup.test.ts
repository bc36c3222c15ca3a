import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { archivedName, restoredPath } from '../../server/platform/backup/archived-name.ts';
import { dataPaths, holdFolder } from '../../server/platform/data-folder.ts';
import { addRow, makeDataFolder, rowsOf, withDatabase } from '../support/data-folder.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';
import { now, place, refusal } from './backup-scene.ts';

async function withDatabaseOpen(file: string, use: (sqlite: Database) => Promise<void>): Promise<void> {
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    await use(sqlite);
  } finally {
    sqlite.close();
  }
}

describe('a backup', () => {
  test('brings back the rows of its time, and keeps the later ones beside them', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'before');
    await at.backUp();
    withDatabase(at.paths.database, (sqlite) => addRow(sqlite, 'after'));
    const { previous, manifest } = await at.restore();
    expect(rowsOf(at.paths.database)).toEqual(['before']);
    expect(rowsOf(previous ?? '')).toEqual(['before', 'after']);
    expect(manifest).toMatchObject({ hearth: '1.2.3', createdAt: now });
  });

  test('makes a folder where there is none, for its owner alone', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'here');
    await at.backUp();
    const folder = join(root.path, 'elsewhere');
    expect(await at.restore({ folder })).not.toHaveProperty('previous');
    expect(rowsOf(dataPaths(folder).database)).toEqual(['here']);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual(['hearth.db', 'hearth.lock', 'high-water.json', 'secrets.json']);
  });

  test('of a running server holds what was committed and nothing else', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'old');
    const held = holdFolder({ folder: at.folder, create: false });
    await withDatabaseOpen(at.paths.database, async (sqlite) => {
      addRow(sqlite, 'in the log only');
      sqlite.run('BEGIN');
      addRow(sqlite, 'uncommitted');
      await at.backUp();
      sqlite.run('COMMIT');
    });
    held.close();
    await at.restore();
    expect(rowsOf(at.paths.database)).toEqual(['old', 'in the log only']);
  });

  test('is for its owner alone, and leaves nothing else in its folder', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const summary = await at.backUp();
    expect(summary).toEqual({ file: at.target, size: statSync(at.target).size, files: 1, keys: false });
    expect(statSync(at.target).mode & 0o777).toBe(0o600);
    expect(readdirSync(root.path).toSorted()).toEqual(['data', 'team.hearth']);
  });

  test('opens with tar', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    await at.backUp();
    const tar = Bun.spawnSync(['tar', '-tzf', at.target]);
    expect(tar.stdout.toString()).toBe('manifest.json\nhearth.db\n');
  });

  test('takes along what modules keep and people sent, but follows no link out of the folder', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const long = join('blobs', 'a'.repeat(90), 'b'.repeat(90));
    mkdirSync(join(at.folder, 'modules/notes'), { recursive: true });
    mkdirSync(join(at.folder, 'blobs', 'a'.repeat(90)), { recursive: true });
    writeFileSync(join(at.folder, 'modules/notes/empty'), '');
    writeFileSync(join(at.folder, long), 'picture');
    symlinkSync('/etc/hostname', join(at.folder, 'modules/notes/link'));
    await at.backUp();
    writeFileSync(join(at.folder, long), 'another picture');
    await at.restore();
    expect(readFileSync(join(at.folder, long), 'utf8')).toBe('picture');
    expect(readFileSync(join(at.folder, 'modules/notes/empty'), 'utf8')).toBe('');
    expect(existsSync(join(at.folder, 'modules/notes/link'))).toBe(false);
    expect(existsSync(`${join(at.folder, 'blobs')}.before-restore-20300101T000000000Z`)).toBe(true);
  });

  test('brings files back whatever they are called, under names that tar and other systems take', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const files = join(at.folder, 'module-data/notes/files');
    const deep = Array.from({ length: 9 }, (_, n) => String(n).repeat(100)).join('/');
    const names = ['a:b', 'a%3Ab', '12:30\\noon', 'two\nlines', '\u0085', '100 %', 'Ä:ö', 'my-journal', `${deep}/end`];
    mkdirSync(join(files, deep), { recursive: true });
    for (const name of names) writeFileSync(join(files, name), name);
    await at.backUp();
    const tar = Bun.spawnSync(['tar', '-tzf', at.target, '--quoting-style=literal']);
    expect(tar.stdout.toString()).not.toMatch(/[:\\\x85]/);
    const folder = join(root.path, 'restored');
    await at.restore({ folder });
    const restored = join(folder, 'module-data/notes/files');
    for (const name of names) expect(readFileSync(join(restored, name), 'utf8')).toBe(name);
    expect(readdirSync(restored).toSorted()).toEqual(readdirSync(files).toSorted());
    expect(restoredPath(archivedName('a:b'), 'win32')).toBe('a%3Ab');
  });

  test('leaves out what Hearth makes again, and what is half made', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const put = (name: string): void => {
      mkdirSync(dirname(join(at.folder, name)), { recursive: true });
      writeFileSync(join(at.folder, name), name);
    };
    const kept = ['modules/notes/module.ts', 'module-data/notes/files/page/mine', 'module-data/notes/files/a.partial'];
    for (const name of kept) put(name);
    put('modules/.hearth/sdk.d.ts');
    put('module-data/notes/page/0a1b/index.html');
    put('module-data/notes/db-2.sqlite.partial');
    put('module-data/notes/db-2.sqlite.partial-journal');
    await at.backUp();
    const tar = Bun.spawnSync(['tar', '-tzf', at.target]).stdout.toString();
    expect(tar.trim().split('\n').toSorted()).toEqual(['hearth.db', 'manifest.json', ...kept].toSorted());
  });

  test('never replaces a file that is there, unless told to', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    writeFileSync(at.target, 'precious');
    expect((await refusal(at.backUp())).problem).toBe('exists');
    expect(readFileSync(at.target, 'utf8')).toBe('precious');
    await at.backUp({ force: true });
    await at.restore();
  });

  test.each([
    ['a folder that does not exist', (root: string) => join(root, 'none/team.hearth')],
    ['a place below a file', (root: string) => join(root, 'data/hearth.db/team.hearth')],
  ])('to %s is refused and leaves nothing behind', async (_where, targetIn) => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const before = fingerprint(root.path);
    const target = targetIn(root.path);
    const { problem, message } = await refusal(at.backUp({ target }));
    expect(problem).toBe('storage');
    expect(message).toContain(target);
    expect(fingerprint(root.path)).toEqual(before);
  });

  test('of a folder without a database is refused', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    mkdirSync(at.folder);
    expect((await refusal(at.backUp())).problem).toBe('storage');
    expect(readdirSync(root.path)).toEqual(['data']);
  });

  test('that is interrupted leaves nothing behind', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const abort = new AbortController();
    const running = at.backUp({ signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toThrow();
    expect(readdirSync(root.path)).toEqual(['data']);
  });
});
