import { describe, expect, test } from 'bun:test';
import { realpath } from 'node:fs/promises';
import { mountOf, readDisk } from '../../server/metrics/disk.ts';
import { parseMemory, readMemory } from '../../server/metrics/memory.ts';
import { tree } from './tree.ts';

describe('memory', () => {
  test('what the kernel would give back does not count as used', () => {
    const text = 'MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n';
    expect(parseMemory(text)).toEqual({ total: 1024_000, used: 409_600, swapTotal: 51_200, swapUsed: 30_720 });
  });

  test('a kernel that does not state the available memory is taken by free, buffers and cache', () => {
    const text = 'MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 250 kB\n';
    expect(parseMemory(text)?.used).toBe(600 * 1024);
  });

  test('more available than there is does not make the used memory negative', () => {
    expect(parseMemory('MemTotal: 10 kB\nMemAvailable: 20 kB\n')?.used).toBe(0);
  });

  test('a missing or garbled file reads as null', async () => {
    await using root = await tree({ meminfo: 'MemTotal: plenty\n' });
    expect(await readMemory(root.path)).toBeNull();
    expect(await readMemory(`${root.path}/missing`)).toBeNull();
    for (const text of [
      '',
      'MemTotal: 0 kB\nMemFree: 0 kB',
      'MemTotal: 5 kB',
      'MemFree: 5 kB',
      'MemTotal: -5 kB\nMemFree: 1 kB',
    ]) {
      expect(parseMemory(text)).toBeNull();
    }
  });
});

describe('disk', () => {
  test('the data folder’s own file system is read', async () => {
    await using folder = await tree({ 'data/file': 'x' });
    const disk = await readDisk('/proc', `${folder.path}/data`);
    expect(disk).not.toBeNull();
    expect(disk!.total).toBeGreaterThan(0);
    expect(disk!.used).toBeGreaterThan(0);
    expect(disk!.used).toBeLessThanOrEqual(disk!.total);
    expect(disk!.share).toBeGreaterThanOrEqual(0);
    expect(disk!.share).toBeLessThanOrEqual(100);
    expect((await realpath(folder.path)).startsWith(disk!.mount)).toBe(true);
  });

  test('a folder that does not exist reads as null', async () => {
    await using folder = await tree();
    expect(await readDisk('/proc', `${folder.path}/missing`)).toBeNull();
  });

  test('without a mount table the folder itself is named', async () => {
    await using folder = await tree();
    expect((await readDisk(`${folder.path}/proc`, folder.path))?.mount).toBe(await realpath(folder.path));
  });

  test('the deepest mount that contains the folder is named, not one that only begins like it', () => {
    const mounts = [
      '/dev/a / ext4 rw 0 0',
      '/dev/b /srv ext4 rw 0 0',
      '/dev/c /srv/my\\040data ext4 rw 0 0',
      '/dev/d /srv/my ext4 rw 0 0',
      'garbage',
      '',
    ].join('\n');
    expect(mountOf('/srv/my data/hearth', mounts)).toBe('/srv/my data');
    expect(mountOf('/srv/myself', mounts)).toBe('/srv');
    expect(mountOf('/srv/my', mounts)).toBe('/srv/my');
    expect(mountOf('/home', mounts)).toBe('/');
    expect(mountOf('/home', '')).toBe('/');
  });
});
