import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds } from '../../server/platform/ids.ts';
import { createTemporaryFiles, type TemporaryFiles } from '../../server/platform/temporary-files.ts';
import { TestClock } from '../support/clock.ts';

const HOUR = 60 * 60 * 1000;
const clock = new TestClock();
let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hearth-temporary-'));
  folder = join(home, 'tmp');
});
afterEach(() => rmSync(home, { recursive: true }));

const open = (): TemporaryFiles => createTemporaryFiles({ folder, clock, ids: createIds(clock) });
/** Writes a file that was changed so many milliseconds ago. */
const put = (path: string, age: number): void => {
  writeFileSync(path, 'x');
  const at = new Date(clock.now() - age);
  utimesSync(path, at, at);
};

test('what lies there at the start is gone, folders and what they hold too', () => {
  mkdirSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(folder, 'deep', 'file'), 'x');
  open();
  expect(readdirSync(folder)).toEqual([]);
});

test('a link to another disk stays one, and nothing beside it is touched', () => {
  const disk = join(home, 'disk');
  mkdirSync(disk);
  writeFileSync(join(disk, 'old'), 'x');
  writeFileSync(join(home, 'precious'), 'x');
  symlinkSync(disk, folder);
  const path = open().reserve();
  writeFileSync(path, 'new');
  expect(readdirSync(disk)).toHaveLength(1);
  expect(existsSync(join(home, 'precious'))).toBe(true);
});

test('each path is another one, and free', () => {
  const files = open();
  const paths = Array.from({ length: 100 }, () => files.reserve());
  expect(new Set(paths).size).toBe(100);
  expect(paths.every((path) => path.startsWith(`${folder}/`) && !existsSync(path))).toBe(true);
});

test('pruning takes what was left behind for an hour, and nothing that somebody still has', async () => {
  const files = open();
  const held = files.reserve();
  const removed = files.reserve();
  put(held, 2 * HOUR);
  await files.remove(removed);
  put(removed, 2 * HOUR);
  put(join(folder, 'fresh'), HOUR / 2);
  await files.prune();
  expect(
    readdirSync(folder)
      .map((name) => join(folder, name))
      .toSorted(),
  ).toEqual([held, join(folder, 'fresh')].toSorted());
});

test('removing what was moved away, or is not there, is no failure', async () => {
  const files = open();
  await files.remove(files.reserve());
  rmSync(folder, { recursive: true });
  await files.remove(join(folder, 'anything'));
});
