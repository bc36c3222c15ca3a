import { describe, expect, test } from 'bun:test';
import { Sample } from '@shared/metrics/schema.ts';
import { bounded } from '../../server/metrics/bounded.ts';
import { elsewhere } from '../../server/metrics/elsewhere.ts';
import { createNvidia } from '../../server/metrics/gpu-nvidia.ts';
import { linux } from '../../server/metrics/linux.ts';
import type { Machine } from '../../server/metrics/machine.ts';
import { makeSample } from '../../server/metrics/sample.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { TestClock } from '../support/clock.ts';
import { tree } from './tree.ts';

const nvidia = createNvidia(systemClock, null);
const at = (root: string) =>
  linux({ clock: systemClock, nvidia, folder: root, proc: `${root}/proc`, sys: `${root}/sys` });

async function sampled(machine: Machine): Promise<Sample> {
  const before = await machine.counters();
  const [after, gauges] = await Promise.all([machine.counters(), machine.gauges()]);
  return makeSample(machine.host, before, { ...after, at: before.at + 1000 }, gauges);
}

describe('Linux', () => {
  test('every value of the sample comes from the trees that were given', async () => {
    await using root = await tree({
      'proc/stat': 'cpu  10 0 10 80 0 0 0 0\ncpu0 10 0 10 80 0 0 0 0\n',
      'proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 250 kB\n',
      'proc/net/dev': 'eth0: 7 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\n',
      'proc/loadavg': '0.52 0.58 0.59 1/467 12345\n',
      'proc/uptime': '350735.47 234388.90\n',
      'proc/self/mounts': '/dev/a / ext4 rw 0 0\n',
      'sys/class/hwmon/hwmon0/name': 'k10temp\n',
      'sys/class/hwmon/hwmon0/temp1_input': '45250\n',
      'sys/class/drm/card0/device/gpu_busy_percent': '12\n',
    });
    const sample = await sampled(at(root.path));
    expect(Sample.parse(sample)).toMatchObject({
      cpu: null,
      memory: 75,
      gpu: 12,
      network: { receive: 0, send: 0 },
      load: [0.52, 0.58, 0.59],
      temperature: 45.3,
      uptime: 350_735,
      details: {
        host: { platform: 'Linux' },
        cores: [null],
        memory: { total: 1_024_000, used: 768_000, swapTotal: 0, swapUsed: 0 },
        disk: { mount: '/' },
        gpus: [{ name: 'AMD Radeon', load: 12, memoryTotal: null, memoryUsed: null, temperature: null }],
        interfaces: [{ name: 'eth0', receive: 0, send: 0 }],
        sensors: [{ name: 'k10temp', temperature: 45.3 }],
      },
    });
  });

  test('on a machine that offers nothing every value is null and none is 0', async () => {
    await using root = await tree();
    const machine = linux({
      clock: systemClock,
      nvidia,
      folder: `${root.path}/missing`,
      proc: `${root.path}/proc`,
      sys: `${root.path}/sys`,
    });
    const { at: _, details, ...values } = Sample.parse(await sampled(machine));
    expect(new Set(Object.values(values))).toEqual(new Set([null]));
    const { host, ...parts } = details;
    expect(new Set(Object.values(parts))).toEqual(new Set([null]));
    expect(host.cores).toBeGreaterThan(0);
  });

  test('folders where files should be are no reason to fail', async () => {
    await using root = await tree({
      'proc/stat/x': '',
      'proc/meminfo/x': '',
      'proc/net/dev/x': '',
      'proc/loadavg/x': '',
      'proc/uptime/x': '',
      'sys/class/hwmon': 'a file',
      'sys/class/drm/card0/device/gpu_busy_percent/x': '',
    });
    expect(Sample.parse(await sampled(at(root.path)))).toMatchObject({
      cpu: null,
      memory: null,
      load: null,
      gpu: null,
    });
  });

  test.if(process.platform === 'linux')('this machine tells its processor, memory, disk and uptime', async () => {
    await using root = await tree();
    const machine = linux({ clock: systemClock, nvidia, folder: root.path, proc: '/proc', sys: '/sys' });
    const sample = Sample.parse(await sampled(machine));
    expect(sample.memory).toBeGreaterThan(0);
    expect(sample.disk).toBeGreaterThanOrEqual(0);
    expect(sample.uptime).toBeGreaterThan(0);
    expect(sample.details.cores?.length).toBeGreaterThan(0);
    expect(sample.details.disk?.total).toBeGreaterThan(0);
  });
});

test('other platforms are read through the library', async () => {
  await using root = await tree();
  const sample = Sample.parse(await sampled(elsewhere({ clock: systemClock, nvidia, folder: root.path })));
  expect(sample.memory).toBeGreaterThan(0);
  expect(sample.uptime).toBeGreaterThan(0);
  expect(sample.details.cores?.length).toBeGreaterThan(0);
  expect(sample.details.disk?.total).toBeGreaterThan(0);
});

describe('a bounded reading', () => {
  test('that hangs answers null and is not started again until it ended', async () => {
    const clock = new TestClock();
    let starts = 0;
    let hanging = Promise.withResolvers<number | null>();
    const read = bounded(clock, 1500, () => {
      starts++;
      return hanging.promise;
    });
    for (let call = 0; call < 3; call++) {
      const answer = read();
      clock.advance(1500);
      expect(await answer).toBeNull();
    }
    expect(starts).toBe(1);

    const last = read();
    hanging.resolve(7);
    expect(await last).toBe(7);
    hanging = Promise.withResolvers();
    hanging.resolve(8);
    expect(await read()).toBe(8);
    expect(starts).toBe(2);
    expect(clock.pending).toBe(0);
  });

  test('that fails answers null', async () => {
    expect(await bounded(systemClock, 1500, () => Promise.reject(new Error('no bus')))()).toBeNull();
  });
});
