import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { backUp, type BackupOptions } from '../../server/platform/backup/backup.ts';
import { BackupError } from '../../server/platform/backup/backup-error.ts';
import { restore, type RestoreOptions } from '../../server/platform/backup/restore.ts';
import { DataFolderError, dataPaths, holdFolder } from '../../server/platform/data-folder.ts';
import { createHighWater } from '../../server/platform/high-water.ts';
import { addRow, makeDataFolder, rowsOf, testIds, withDatabase } from '../support/data-folder.ts';
import { migrationsFolder } from '../support/db.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fingerprint } from '../support/fingerprint.ts';

const now = Date.UTC(2030, 0, 1);

async function withDatabaseOpen(file: string, use: (sqlite: Database) => Promise<void>): Promise<void> {
  const sqlite = new Database(file, { readwrite: true, create: false });
  try {
    await use(sqlite);
  } finally {
    sqlite.close();
  }
}

function place(root: string) {
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

const refusal = (promise: Promise<unknown>): Promise<BackupError> =>
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

describe('a restored folder', () => {
  test('without the keys has new ones, so that nobody is signed in any more', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const keys = readFileSync(at.paths.secrets, 'utf8');
    await at.backUp();
    const { keys: restored } = await at.restore({ worthlessWithoutKeys: ['journal', 'no_such_table'] });
    expect(restored).toBe(false);
    expect(readFileSync(at.paths.secrets, 'utf8')).not.toBe(keys);
    expect(readFileSync(`${at.paths.secrets}.before-restore-20300101T000000000Z`, 'utf8')).toBe(keys);
    expect(rowsOf(at.paths.database)).toEqual([]);
  });

  test('with the keys has the old ones, and what depends on them', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const keys: unknown = JSON.parse(readFileSync(at.paths.secrets, 'utf8'));
    expect(await at.backUp({ passphrase: 'correct horse' })).toMatchObject({ keys: true });
    const folder = join(root.path, 'elsewhere');
    const passphrase = () => Promise.resolve('correct horse');
    expect(await at.restore({ folder, passphrase, worthlessWithoutKeys: ['journal'] })).toMatchObject({ keys: true });
    expect(JSON.parse(readFileSync(dataPaths(folder).secrets, 'utf8'))).toEqual(keys);
    expect(rowsOf(dataPaths(folder).database)).toEqual(['x']);
  });

  test('never had its keys in the open in the archive', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const { jwtKey } = JSON.parse(readFileSync(at.paths.secrets, 'utf8')) as { jwtKey: string };
    await at.backUp({ passphrase: 'correct horse' });
    expect(Buffer.from(Bun.gunzipSync(readFileSync(at.target))).includes(jwtKey)).toBe(false);
  });

  test('stays as it was when the passphrase is another one', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    await at.backUp({ passphrase: 'correct horse' });
    const before = fingerprint(root.path);
    const { problem } = await refusal(at.restore({ passphrase: () => Promise.resolve('wrong horse') }));
    expect(problem).toBe('passphrase');
    expect(fingerprint(root.path)).toEqual(before);
  });

  test('renews its journal at the next start', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    const highWater = createHighWater(at.paths.highWater);
    highWater.write({ epoch: 'ep_1', seq: 1 });
    await at.backUp();
    await at.restore();
    expect(highWater.read()).toEqual({ epoch: '', seq: 0 });
  });

  test('takes nothing from the log of the database that it replaces', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'before');
    await at.backUp();
    const killed = Bun.spawnSync([
      process.execPath,
      '-e',
      `const { Database } = await import('bun:sqlite');
       const sqlite = new Database(${JSON.stringify(at.paths.database)});
       sqlite.run("UPDATE journal SET payload = 'in the log only'");
       process.kill(process.pid, 'SIGKILL');`,
    ]);
    expect(killed.signalCode).toBe('SIGKILL');
    expect(existsSync(`${at.paths.database}-wal`)).toBe(true);
    const { previous } = await at.restore();
    expect(rowsOf(at.paths.database)).toEqual(['before']);
    expect(rowsOf(previous ?? '')).toEqual(['in the log only']);
  });

  test('replaces a database that is broken beyond reading', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'before');
    await at.backUp();
    writeFileSync(at.paths.database, 'broken');
    writeFileSync(`${at.paths.database}-wal`, 'broken too');
    const { previous } = await at.restore();
    expect(rowsOf(at.paths.database)).toEqual(['before']);
    expect(readFileSync(previous ?? '', 'utf8')).toBe('broken');
    expect(readFileSync(`${previous}-wal`, 'utf8')).toBe('broken too');
  });

  test('belongs to the owner of its folder, even if root restored it', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    mkdirSync(join(at.folder, 'blobs/a'), { recursive: true });
    writeFileSync(join(at.folder, 'blobs/a/b'), 'picture');
    await at.backUp();
    const folder = join(root.path, 'elsewhere');
    mkdirSync(folder);
    if (process.getuid?.() === 0) chownSync(folder, 65_534, 65_534);
    await at.restore({ folder });
    const { uid } = statSync(folder);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(names).toContain('blobs/a/b');
    for (const name of names) expect([name, statSync(join(folder, name)).uid]).toEqual([name, uid]);
  });

  test('is not touched while a server owns it', async () => {
    using root = temporaryFolder();
    const at = place(root.path);
    makeDataFolder(at.folder, 'x');
    await at.backUp();
    const held = holdFolder({ folder: at.folder, create: false });
    const before = fingerprint(root.path);
    const error: unknown = await at.restore().catch((thrown: unknown) => thrown);
    held.close();
    expect(error).toBeInstanceOf(DataFolderError);
    expect((error as DataFolderError).problem).toBe('held');
    expect(fingerprint(root.path)).toEqual(before);
  });
});
