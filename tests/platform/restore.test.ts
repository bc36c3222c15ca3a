import { describe, expect, test } from 'bun:test';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderError, dataPaths, holdFolder } from '../../server/platform/data-folder.ts';
import { createHighWater } from '../../server/platform/high-water.ts';
import { makeDataFolder, rowsOf } from '../support/data-folder.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';
import { place, refusal } from './backup-scene.ts';

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

  test('renews its journal at the next start [R5]', async () => {
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
