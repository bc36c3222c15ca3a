import { describe, expect, test } from 'bun:test';
import { type CpuTimes, cpuUse, parseCpu, readCpu } from '../../server/metrics/cpu.ts';
import { tree } from './tree.ts';

const parsed = (stat: string): CpuTimes => {
  const times = parseCpu(stat);
  if (!times) throw new Error('not parsed');
  return times;
};

describe('processor', () => {
  test('the share between two readings leaves idle and waiting time out and counts guests once', () => {
    const before = parsed('cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 100 0 100 800 0 0 0 0 50 0\n');
    const after = parsed('cpu  150 0 125 900 25 0 0 0 99 0\ncpu0 150 0 125 900 25 0 0 0 99 0\n');
    expect(cpuUse(before, after)).toEqual({ all: 37.5, cores: [37.5] });
  });

  test('a core that came online in between has no share yet, and one that went is gone', () => {
    const before = parsed('cpu  10 0 0 10\ncpu0 10 0 0 10\ncpu1 10 0 0 10\n');
    const after = parsed('cpu  20 0 0 20\ncpu0 20 0 0 20\ncpu10 5 0 0 5\ncpu2 5 0 0 5\n');
    expect(cpuUse(before, after).cores).toEqual([50, null, null]);
  });

  test('no time passed or counters that ran backwards give null and never a share outside 0 to 100', () => {
    const one = parsed('cpu  10 0 0 10 90 0 0 0\n');
    expect(cpuUse(one, one).all).toBeNull();
    expect(cpuUse(one, parsed('cpu  5 0 0 5 0 0 0 0\n')).all).toBeNull();
    expect(cpuUse(one, parsed('cpu  30 0 0 10 80 0 0 0\n')).all).toBe(100);
    expect(cpuUse(one, parsed('cpu  10 0 0 30 90 0 0 0\n')).all).toBe(0);
  });

  test('kernels without the later columns are read too', () => {
    expect(parsed('cpu  1 2 3 4\n').all).toEqual({ busy: 6, total: 10 });
  });

  test('a missing, empty or garbled file reads as null', async () => {
    await using root = await tree({ stat: 'cpu  one two\nintr 5\n' });
    expect(await readCpu(root.path)).toBeNull();
    expect(await readCpu(`${root.path}/missing`)).toBeNull();
    for (const stat of ['', 'cpu', 'cpu  1 2 3', 'cpu  NaN 0 0 1', '\0\0\0', 'cpu0 1 2 3 4']) {
      expect(parseCpu(stat)).toBeNull();
    }
  });
});
