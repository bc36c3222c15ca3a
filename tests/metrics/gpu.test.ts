import { afterEach, describe, expect, test } from 'bun:test';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readAmd } from '../../server/metrics/gpu-amd.ts';
import { createNvidia, type Nvidia, parseNvidia } from '../../server/metrics/gpu-nvidia.ts';
import { gpuLoad } from '../../server/metrics/gpu.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { tree } from './tree.ts';

const gpu = { name: 'a', load: null, memoryTotal: null, memoryUsed: null, temperature: null };
const lines = (path: string) =>
  Bun.file(path)
    .text()
    .then((text) => text.split('\n').filter(Boolean))
    .catch(() => []);

/** An executable that notes its start with its process id and arguments, then runs the given shell lines. */
async function command(folder: string, ...script: string[]): Promise<string> {
  const path = join(folder, 'nvidia-smi');
  await writeFile(path, ['#!/bin/sh', `echo "$$ $*" >> '${folder}/starts'`, ...script].join('\n'));
  await chmod(path, 0o755);
  return path;
}
const runs = (pid: string | undefined) => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};
const twoCards = [
  'echo "1, 7, 8192, 100, 40, Tesla, small"',
  'echo "0, 93, 24576, 12288, 71, NVIDIA GeForce RTX 4090"',
  'exec sleep 60',
];

let nvidia: Nvidia | undefined;
afterEach(() => nvidia?.close());

describe('NVIDIA', () => {
  test('a line is read by its fields, with a comma in the name and unsupported ones as null', () => {
    expect(parseNvidia('0, 93, 24576, 12288, 71, Tesla, big')).toEqual({
      index: 0,
      gpu: { name: 'Tesla, big', load: 93, memoryTotal: 24576 * 2 ** 20, memoryUsed: 12288 * 2 ** 20, temperature: 71 },
    });
    expect(parseNvidia('1, [N/A], [Not Supported], [N/A], [N/A], GT 710')).toEqual({
      index: 1,
      gpu: { ...gpu, name: 'GT 710' },
    });
  });

  test('whatever else it prints is passed over', () => {
    for (const line of [
      '',
      'No devices were found',
      'NVIDIA-SMI has failed, because, it, could, not',
      '0, 1, 2, 3, 4',
      ',,,,,',
    ]) {
      expect(parseNvidia(line)).toBeNull();
    }
  });

  test('one child serves all who hold it, in the order of the cards, and ends when the last lets go', async () => {
    await using folder = await tree();
    nvidia = createNvidia(systemClock, await command(folder.path, ...twoCards));
    const letGo = [nvidia.hold(), nvidia.hold()];
    await until(async () => (await nvidia!.read())?.length === 2);
    expect((await nvidia.read())?.map(({ name, load }) => [name, load])).toEqual([
      ['NVIDIA GeForce RTX 4090', 93],
      ['Tesla, small', 7],
    ]);
    const starts = await lines(`${folder.path}/starts`);
    expect(starts).toHaveLength(1);
    expect(starts[0]).toContain('--query-gpu=');
    expect(starts[0]).toEndWith('-l 2');
    const pid = starts[0]?.split(' ')[0];

    letGo[0]?.();
    letGo[0]?.();
    expect(runs(pid)).toBe(true);
    letGo[1]?.();
    await until(() => !runs(pid));
    expect(await nvidia.read()).toBeNull();
  });

  test('nothing is started while nobody holds it, nor where there is no such program', async () => {
    await using folder = await tree();
    nvidia = createNvidia(systemClock, await command(folder.path, ...twoCards));
    expect(await nvidia.read()).toBeNull();
    expect(await lines(`${folder.path}/starts`)).toEqual([]);

    for (const missing of [null, join(folder.path, 'missing')]) {
      const none = createNvidia(systemClock, missing);
      const letGo = none.hold();
      expect(await none.read()).toBeNull();
      letGo();
      none.close();
    }
  });

  test('a child that ends by itself is started again only after a while', async () => {
    await using folder = await tree();
    const clock = new TestClock();
    nvidia = createNvidia(clock, await command(folder.path, 'echo "NVIDIA-SMI has failed"', 'exit 9'));
    nvidia.hold();
    await until(() => clock.pending === 1);
    expect(await nvidia.read()).toBeNull();
    clock.advance(29_999);
    expect(await lines(`${folder.path}/starts`)).toHaveLength(1);
    clock.advance(1);
    await until(() => clock.pending === 1);
    expect(await lines(`${folder.path}/starts`)).toHaveLength(2);
  });

  test('values of a child that fell silent are null and not the last ones for ever', async () => {
    await using folder = await tree();
    const clock = new TestClock();
    nvidia = createNvidia(clock, await command(folder.path, ...twoCards));
    nvidia.hold();
    await until(async () => (await nvidia!.read()) !== null);
    clock.advance(10_001);
    expect(await nvidia.read()).toBeNull();
  });

  test('a child that prints nothing holds a reading up for a moment only', async () => {
    await using folder = await tree();
    const clock = new TestClock();
    nvidia = createNvidia(clock, await command(folder.path, 'exec sleep 60'));
    nvidia.hold();
    const reading = nvidia.read();
    clock.advance(1500);
    expect(await reading).toBeNull();
  });
});

describe('AMD', () => {
  const card = 'class/drm/card1/device';

  test('a card of the amdgpu driver is read from its files', async () => {
    await using sys = await tree({
      [`${card}/gpu_busy_percent`]: '37\n',
      [`${card}/mem_info_vram_total`]: '8573157376\n',
      [`${card}/mem_info_vram_used`]: '1073741824\n',
      [`${card}/product_name`]: 'Radeon RX 7600\n',
      [`${card}/hwmon/hwmon4/temp1_input`]: '58500\n',
      'class/drm/card1-DP-1/status': 'connected\n',
    });
    expect(await readAmd(sys.path)).toEqual([
      { name: 'Radeon RX 7600', load: 37, memoryTotal: 8573157376, memoryUsed: 1073741824, temperature: 58.5 },
    ]);
  });

  test('what a card does not tell is null, and a card of another driver is none', async () => {
    await using sys = await tree({
      [`${card}/gpu_busy_percent`]: '250\n',
      'class/drm/card0/device/vendor': '0x8086\n',
      'class/drm/card2/device/gpu_busy_percent': 'busy\n',
    });
    expect(await readAmd(sys.path)).toEqual([{ ...gpu, name: 'AMD Radeon', load: 100 }]);
    await using none = await tree();
    expect(await readAmd(none.path)).toEqual([]);
  });
});

test('the busiest card speaks for all, and a load that none tells is null and not 0', () => {
  expect(gpuLoad([{ ...gpu, load: 3 }, gpu, { ...gpu, load: 80 }])).toBe(80);
  expect(gpuLoad([gpu])).toBeNull();
  expect(gpuLoad([])).toBeNull();
});
