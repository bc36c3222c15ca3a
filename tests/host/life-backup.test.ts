import { expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from '../../server/platform/backup/archive.ts';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { temporaryFolder } from '../support/folder.ts';
import { place } from '../platform/backup-scene.ts';
import { lifeScene, source } from './life-scene.ts';

setDefaultTimeout(60_000);

const keeper = source('keeper', {
  before: `
import { writeFileSync, readFileSync } from 'node:fs';
const functions = {
  keep: fn({ access: 'guest', effect: 'write', summary: 'Keeps.', input: z.object({ text: z.string() }) }, (ctx, { text }) => {
    ctx.db.query('INSERT INTO kept (text) VALUES (?)').run(text); writeFileSync(ctx.folder + '/kept.txt', text); return ok(); }),
  kept: fn({ access: 'guest', effect: 'read', summary: 'Tells.', output: z.any() }, (ctx) => ok({
    rows: ctx.db.query('SELECT text FROM kept').all().map(({ text }) => text),
    file: readFileSync(ctx.folder + '/kept.txt', 'utf8'), token: ctx.settings.token ?? null })),
};`,
  more: `migrations: ['CREATE TABLE kept (text TEXT)'], settings: z.object({ token: secret(z.string()).optional() }),`,
});

test('a backup of a running server holds modules, their files and databases; without the keys their secrets are to be entered again', async () => {
  using root = temporaryFolder();
  const scene = await lifeScene();
  const { server, admin, start, save } = scene;
  try {
    await start('keeper', keeper);
    await admin.get('modules/updateSettings', { id: 'keeper', values: { token: 'swordfish' } });
    await admin.get('keeper/keep', { text: 'before' });
    save('.hearth', 'made again', 'types.d.ts');
    const at = place(root.path);
    const paths = dataPaths(server.data);
    await at.backUp({ paths });
    const withKeys = join(root.path, 'keys.hearth');
    await at.backUp({ paths, target: withKeys, passphrase: 'correct horse' });
    await admin.get('keeper/keep', { text: 'after' });

    for (const [file, token] of [
      [at.target, null],
      [withKeys, 'swordfish'],
    ] as const) {
      const folder = join(root.path, 'restored');
      rmSync(folder, { recursive: true, force: true });
      await at.restore({
        file,
        folder,
        passphrase: () => Promise.resolve(token === null ? undefined : 'correct horse'),
      });
      expect(existsSync(join(folder, 'modules', '.hearth'))).toBe(false);
      await server.restart(() => {
        for (const name of ['modules', 'module-data', 'hearth.db', 'secrets.json', 'high-water.json'])
          rmSync(join(server.data, name), { recursive: true, force: true });
        for (const suffix of ['-wal', '-shm']) rmSync(join(server.data, `hearth.db${suffix}`), { force: true });
        Bun.spawnSync(['cp', '-r', `${folder}/.`, server.data]);
      });
      // With other keys nobody is signed in any more.
      const again = await server.signIn('ada@example.org', 'a long enough password');
      const list = () => again.get<{ id: string; state: string }[]>('modules/list');
      while ((await list()).find(({ id }) => id === 'keeper')?.state !== 'active');
      expect(await again.get('keeper/kept')).toEqual({ rows: ['before'], file: 'before', token });
      expect((await again.get('modules/settings', { id: 'keeper' })).secrets).toEqual({
        token: token === null ? 'unreadable' : 'set',
      });
    }
  } finally {
    await scene.stop();
  }
});

test('a file that changes while it is being backed up fails the backup, and is never stored in part', async () => {
  using root = temporaryFolder();
  const path = join(root.path, 'restless');
  writeFileSync(path, 'a'.repeat(1000));
  const facts = { hearth: '1.0.0', createdAt: 0, migration: 0 };
  const database = join(root.path, 'hearth.db');
  writeFileSync(database, 'x');
  let reads = 0;
  const restless = {
    name: 'module-data/x/restless',
    size: 1000,
    get path() {
      if (++reads === 2) writeFileSync(path, 'b'.repeat(1000));
      return path;
    },
  };
  const writing = writeArchive(join(root.path, 'archive'), facts, [
    { name: 'hearth.db', path: database, size: 1 },
    restless,
  ]);
  await expect(writing).rejects.toThrow('changed while it was being backed up');
  expect(readFileSync(path, 'utf8')).toStartWith('b');
});
