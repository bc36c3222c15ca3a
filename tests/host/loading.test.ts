import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LoadError, SettingsRefused } from '../../server/host/instance.ts';
import { createIsolatedLauncher } from '../../server/host/isolated.ts';
import { createTrustedLauncher } from '../../server/host/trusted.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { hearth } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { broken, failsToStart, hangsAtStart, migrated, settled } from './fixtures/hostile.ts';
import { createScene, person, run } from './scene.ts';

const scene = createScene();
const trusted = createScene({}, createTrustedLauncher({ clock: systemClock, checkOutput: true }));
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await trusted[Symbol.asyncDispose]();
});

const thrown = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('it worked'),
    (error: Error) => error,
  );
const refusal = async (loading: Promise<unknown>): Promise<string> => {
  const error = await thrown(loading);
  expect(error).toBeInstanceOf(LoadError);
  return error.message;
};
const load = (text: string, loadTimeout = 10_000) =>
  scene.prepare('hostile', { 'module.ts': text }, { most: { memory: 512 * 1024 * 1024, loadTimeout } });

test.each([
  ['a syntax error, with its place', broken.syntax, 'module.ts:2:'],
  ['a missing file', broken.missing, './nothing.ts'],
  ['a missing package', broken.package, 'no-such-package'],
  ['what it throws, with its place', broken.thrown, 'module.ts:1'],
  ['process.exit', broken.exit, 'exit code 3'],
  ['an id that is not the folder’s', broken.id, 'the folder is called "hostile"'],
])('a module does not load for %s', async (_, text, told) => {
  expect(await refusal(load(text))).toContain(told);
});

test('a module that never finishes loading is given up, and its process ended', async () => {
  expect(await refusal(load(broken.loop, 500))).toContain('did not load within 500 ms');
});

// In this process, which is quick. What a process of its own tells is judged by the same code.
test.each([
  ['a syntax error', broken.syntax, 'module.ts:2:'],
  ['nothing that is exported', broken.nothing, 'export defineModule'],
  ['functions that are plain', broken.plain, 'functions.a is not made by fn(…)'],
  ['an id that is not the folder’s', broken.id, 'the folder is called "hostile"'],
  ['a version that is none', broken.version, 'version: a semantic version'],
  ['a title that turns around what follows it', broken.title, 'title: has characters no name may have'],
  ['an engine that is not this one', broken.engine, 'does not allow hearth:sdk'],
  ['a page outside of the folder', broken.page, 'leads out of the folder'],
  ['a tile without its stream', broken.tile, 'tile.stream'],
  ['a channel without its stream', broken.channel, 'channel.stream'],
  ['a permission that is none', broken.scope, 'permissions.0'],
  ['a secret within another setting', broken.secret, 'the secret at mail.password has to be a field of its own'],
])('a trusted module does not load for %s', async (_, text, told) => {
  expect(await refusal(trusted.prepare('hostile', { 'module.ts': text }))).toContain(told);
});

test.each([
  ['isolated', scene],
  ['trusted', trusted],
])('settings that the schema does not take are refused before anything is done: %s', async (_, place) => {
  const database = join(place.folder, 'data/hostile/refused.sqlite');
  const prepared = await place.prepare('hostile', { 'module.ts': settled }, { settings: { port: 'x' }, database });
  const error = await thrown(prepared.begin());
  expect(error).toBeInstanceOf(SettingsRefused);
  expect((error as SettingsRefused).issues).toMatchObject([{ path: 'port' }]);
  expect(existsSync(database)).toBe(false);
});

test('a start that fails or hangs is told, and the process is gone', async () => {
  const failing = await thrown(load(failsToStart).then((prepared) => prepared.begin()));
  expect(failing.message).toContain('no disk in the drive');
  const hanging = await thrown(load(hangsAtStart, 2000).then((prepared) => prepared.begin()));
  expect(hanging.message).toContain('did not start within 2000 ms');
});

test('migrations run once each and in order; one that fails leaves what came before it', async () => {
  const database = join(scene.folder, 'data/hostile/migrated.sqlite');
  const start = async (...statements: string[]) => {
    const prepared = await scene.prepare('hostile', { 'module.ts': migrated(...statements) }, { database });
    return { migrated: prepared.migrated, begin: () => prepared.begin() };
  };
  const table = 'CREATE TABLE things (name TEXT); INSERT INTO things VALUES (1)';
  const first = await start(table);
  expect(first.migrated).toBe(0);
  await (await first.begin()).stop(0);

  const half = 'INSERT INTO things VALUES (2); INSERT INTO nowhere VALUES (1)';
  const failing = await start(table, half);
  expect(failing.migrated).toBe(1);
  expect((await thrown(failing.begin())).message).toContain('Migration 2 failed');

  const mended = await (await start(table, 'INSERT INTO things VALUES (2)')).begin();
  expect(await mended.call(run(), 'rows', person, {})).toEqual({ ok: true, data: [{ name: '1' }, { name: '2' }] });
  await mended.stop(0);
  expect((await thrown((await start(table)).begin())).message).toContain('it is older');
  using sqlite = new Database(database, { readonly: true });
  expect(sqlite.query('PRAGMA user_version').get()).toEqual({ user_version: 2 });
});

test.each([
  ['in a process of its own', scene],
  ['in the server', trusted],
])('a migration %s is tried and done on a copy, which is there when it is whole', async (_where, at) => {
  const folder = join(at.folder, 'data/hostile');
  const database = join(folder, 'copied-1.sqlite');
  const table = 'CREATE TABLE things (name TEXT); INSERT INTO things VALUES (1)';
  const prepare = (...statements: string[]) =>
    at.prepare('hostile', { 'module.ts': migrated(table, ...statements) }, { database });
  await (await (await prepare()).begin()).stop(0);
  const copies = () => readdirSync(folder).filter((name) => /^copied-[2-9]/.test(name));
  const copy = { database: join(folder, 'copied-2.sqlite'), copyOf: database };

  const failing = await prepare('INSERT INTO nowhere VALUES (1)');
  expect((await thrown(failing.rehearse(copy))).message).toContain('Migration 2 failed');
  const late = { database: join(folder, 'copied-3.sqlite'), copyOf: database };
  const again = await prepare('INSERT INTO nowhere VALUES (1)');
  expect((await thrown(again.begin(late))).message).toContain('Migration 2 failed');
  expect(copies().filter((name) => !name.includes('.partial'))).toEqual([]);

  for (const name of copies()) rmSync(join(folder, name));
  const good = await prepare('INSERT INTO things VALUES (2)');
  await good.rehearse(copy);
  expect(copies()).toEqual(['copied-2.sqlite.partial']);
  rmSync(join(folder, 'copied-2.sqlite.partial'));
  const running = await good.begin(copy);
  expect(copies().filter((name) => name.includes('.partial'))).toEqual([]);
  expect(await running.call(run(), 'rows', person, {})).toEqual({ ok: true, data: [{ name: '1' }, { name: '2' }] });
  await running.stop(0);
  using sqlite = new Database(database, { readonly: true });
  expect(sqlite.query('SELECT name FROM things').all()).toEqual([{ name: '1' }]);
});

test('a package beside the module is used, also where it is called zod', async () => {
  const prepared = await scene.prepare('hostile', {
    'module.ts':
      broken.nothing.replace('export const x = 1;', '') +
      `import { defineModule, fn, ok, z } from 'hearth:sdk'; import { mine } from 'zod';
       export default defineModule({ id: 'hostile', version: '1.0.0', title: 'A', engine: '*', functions: {
         mine: fn({ access: 'public', effect: 'read', summary: 'Mine.', output: z.string() }, () => ok(mine)) } });`,
    'node_modules/zod/package.json': '{ "name": "zod", "main": "main.js" }',
    'node_modules/zod/main.js': `exports.mine = 'my own';`,
  });
  const instance = await prepared.begin();
  expect(await instance.call(run(), 'mine', person, {})).toEqual({ ok: true, data: 'my own' });
  await instance.stop(0);
  rmSync(join(scene.folder, 'modules/hostile/node_modules'), { recursive: true });
});

test('a module that is discarded leaves no process and no database', async () => {
  const database = join(scene.folder, 'data/hostile/discarded.sqlite');
  const prepared = await scene.prepare('hostile', { 'module.ts': migrated('CREATE TABLE things (a)') }, { database });
  await prepared.discard();
  expect(existsSync(database)).toBe(false);
});

test('a folder whose path is too long for a socket works as well', async () => {
  using folder = temporaryFolder();
  const socketFolder = join(folder.path, 'a'.repeat(60), 'b'.repeat(60));
  using launcher = createIsolatedLauncher({ command: hearth, socketFolder, clock: systemClock, checkOutput: true });
  const elsewhere = createScene({}, launcher);
  const { instance } = await elsewhere.start('hostile', { 'module.ts': settled }, { settings: { port: 1 } });
  expect(instance.description.id).toBe('hostile');
  await elsewhere[Symbol.asyncDispose]();
});

test('when the server is killed, its modules end with it, also in an endless loop', async () => {
  using folder = temporaryFolder();
  const at = join(folder.path, 'modules/hostile');
  mkdirSync(at, { recursive: true });
  mkdirSync(dirname(join(folder.path, 'data/x')), { recursive: true });
  await Bun.write(join(at, 'module.ts'), `console.log('pid', process.pid); setTimeout(() => { for (;;); }, 1);`);
  const parent = Bun.spawn([process.execPath, join(import.meta.dir, 'fixtures/parent.ts'), folder.path], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  let printed = '';
  for await (const chunk of parent.stdout) {
    printed += new TextDecoder().decode(chunk);
    if (/pid \d+\n/.test(printed)) break;
  }
  const pid = Number(/pid (\d+)/.exec(printed)?.[1]);
  expect(pid).toBeGreaterThan(0);
  parent.kill('SIGKILL');
  await until(() => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
});
