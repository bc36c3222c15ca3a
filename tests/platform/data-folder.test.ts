import { describe, expect, test } from 'bun:test';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataFolderError, dataPaths, holdFolder, openDataFolder } from '../../server/platform/data-folder.ts';
import { createHighWater } from '../../server/platform/high-water.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from '../support/clock.ts';
import { temporaryFolder } from '../support/folder.ts';

const ids = createIds(new TestClock());
const open = (folder: string, create = true) => openDataFolder({ folder, create, ids });
const mode = (path: string): number => statSync(path).mode & 0o777;

function refused(run: () => unknown): DataFolderError {
  try {
    run();
  } catch (error) {
    if (error instanceof DataFolderError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a data folder', () => {
  test('is made for its owner alone, with keys for its owner alone', () => {
    using parent = temporaryFolder();
    const folder = join(parent.path, 'a', 'b');
    open(folder).close();
    expect(mode(folder)).toBe(0o700);
    for (const name of readdirSync(folder)) expect([name, mode(join(folder, name))]).toEqual([name, 0o600]);
  });

  test('keeps its keys from one start to the next, and no two folders share any', () => {
    using parent = temporaryFolder();
    const keysOf = (name: string) => {
      const folder = open(join(parent.path, name));
      folder.close();
      return folder.secrets;
    };
    const first = keysOf('one');
    expect(first.jwtKey.byteLength).toBe(32);
    expect(keysOf('one')).toEqual(first);
    expect(keysOf('two').jwtKey).not.toEqual(first.jwtKey);
    expect(keysOf('two').instanceId).not.toBe(first.instanceId);
  });

  test('is not made for those who only look, and nothing appears', () => {
    using parent = temporaryFolder();
    const folder = join(parent.path, 'data');
    const { problem, message } = refused(() => open(folder, false));
    expect(problem).toBe('missing');
    expect(message).toContain(folder);
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, ''), ''],
    ['below a file', (path: string) => writeFileSync(path, ''), 'data'],
  ])('that is %s is refused in one line with its path', (_what, prepare, below) => {
    using parent = temporaryFolder();
    const taken = join(parent.path, 'taken');
    prepare(taken);
    const folder = join(taken, below);
    const { problem, message } = refused(() => open(folder));
    expect(problem).toBe('unusable');
    expect(message).toContain(folder);
    expect(message).not.toContain('\n');
  });

  test('where nothing can be written is refused', () => {
    const { problem, message } = refused(() => open('/proc/self'));
    expect(problem).toBe('unusable');
    expect(message).toContain('/proc/self');
  });

  test('whose path is too long for its socket is refused before anything is made', () => {
    using parent = temporaryFolder();
    const folder = join(parent.path, 'x'.repeat(100));
    expect(refused(() => open(folder)).problem).toBe('unusable');
    expect(existsSync(folder)).toBe(false);
  });

  test('belongs to one owner at a time', () => {
    using parent = temporaryFolder();
    const first = holdFolder({ folder: parent.path, create: false });
    expect(refused(() => open(parent.path)).problem).toBe('held');
    first.close();
    open(parent.path).close();
  });

  test('is free again when its owner is killed', async () => {
    using parent = temporaryFolder();
    const owner = Bun.spawn([process.execPath, join(import.meta.dir, 'fixtures/hold-folder.ts'), parent.path], {
      stdout: 'pipe',
    });
    try {
      const { value } = await owner.stdout.getReader().read();
      expect(new TextDecoder().decode(value)).toBe('held\n');
      expect(refused(() => open(parent.path)).problem).toBe('held');
    } finally {
      owner.kill('SIGKILL');
      await owner.exited;
    }
    open(parent.path).close();
  });
});

describe('the keys of a data folder', () => {
  test.each([
    ['empty', ''],
    ['cut off', '{"instanceId": "0123456789abcdef", "jwtK'],
    ['of another kind', '[]'],
    ['without a key', '{"instanceId": "0123456789abcdef"}'],
    ['with a short key', '{"instanceId": "0123456789abcdef", "jwtKey": "c2hvcnQ"}'],
  ])('that are %s are refused and left as they are, and the folder is free again', (_what, text) => {
    using parent = temporaryFolder();
    const file = dataPaths(parent.path).secrets;
    writeFileSync(file, text);
    const { problem, message } = refused(() => open(parent.path));
    expect(problem).toBe('secrets');
    expect(message).toContain(file);
    expect(message).not.toContain('\n');
    expect(readFileSync(file, 'utf8')).toBe(text);
    holdFolder({ folder: parent.path, create: false }).close();
  });

  test('that cannot be read are refused', () => {
    using parent = temporaryFolder();
    mkdirSync(dataPaths(parent.path).secrets);
    expect(refused(() => open(parent.path)).problem).toBe('secrets');
  });

  test('are taken away from others who could read them', () => {
    using parent = temporaryFolder();
    open(parent.path).close();
    const file = dataPaths(parent.path).secrets;
    chmodSync(file, 0o644);
    open(parent.path).close();
    expect(mode(file)).toBe(0o600);
  });

  test('of a later version keep what this one does not know', () => {
    using parent = temporaryFolder();
    open(parent.path).close();
    const file = dataPaths(parent.path).secrets;
    const later = JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), sealingKey: 'later' });
    writeFileSync(file, later);
    open(parent.path).close();
    expect(readFileSync(file, 'utf8')).toBe(later);
  });
});

describe('the high-water mark', () => {
  test('is remembered, and unknown in a new folder', () => {
    using parent = temporaryFolder();
    const highWater = createHighWater(join(parent.path, 'mark.json'));
    expect(highWater.read()).toBeUndefined();
    highWater.write({ epoch: 'ep_1', seq: 7 });
    highWater.write({ epoch: 'ep_1', seq: 8 });
    expect(highWater.read()).toEqual({ epoch: 'ep_1', seq: 8 });
    expect(readdirSync(parent.path)).toEqual(['mark.json']);
  });

  test.each(['', '{"epoch":"ep_1"', '{"epoch":"ep_1","seq":-1}', 'null'])(
    'that is damaged (%p) belongs to no journal, so that the epoch is renewed',
    (text) => {
      using parent = temporaryFolder();
      const file = join(parent.path, 'mark.json');
      writeFileSync(file, text);
      expect(createHighWater(file).read()).toEqual({ epoch: '', seq: 0 });
    },
  );
});
