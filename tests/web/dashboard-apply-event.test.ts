import { describe, expect, test } from 'bun:test';
import type { Sample } from '@shared/metrics/schema.ts';
import { applySample, noReadings, type Readings, span } from '../../web/dashboard/apply-event.ts';
import { columnsOf, gap, type Pick, summaryOf } from '../../web/dashboard/chart-data.ts';
import { type FeedFacts, feedOf, needsPolling } from '../../web/dashboard/feed.ts';

const start = Date.UTC(2030, 0, 1);
const sample = (after: number, cpu: number | null = after / 1000): Sample => ({
  at: start + after,
  cpu,
  memory: 20,
  disk: null,
  gpu: null,
  network: { receive: 10, send: 5 },
  load: null,
  temperature: null,
  uptime: 60,
  details: {
    host: { name: 'hearth', platform: 'Linux', cores: 1 },
    cores: null,
    memory: null,
    disk: null,
    gpus: null,
    interfaces: null,
    sensors: null,
  },
});
const applied = (...times: number[]): Readings =>
  times.reduce((readings, after) => applySample(readings, sample(after)), noReadings);
const times = ({ samples }: Readings) => samples.map(({ at }) => at - start);

describe('a sample that arrives', () => {
  test('stands last, and the readings before it are left as they were', () => {
    const before = applied(0, 2000);
    const after = applySample(before, sample(4000));
    expect(times(after)).toEqual([0, 2000, 4000]);
    expect(times(before)).toEqual([0, 2000]);
  });

  test('twice, by the socket and by polling, is kept once', () => {
    const before = applied(0, 2000);
    expect(applySample(before, sample(2000))).toBe(before);
  });

  test('late, after a newer one, is passed over', () => {
    const before = applied(0, 4000);
    expect(applySample(before, sample(2000))).toBe(before);
  });

  test('from a clock that was set back begins the history anew', () => {
    expect(times(applySample(applied(0, 3_600_000), sample(5000)))).toEqual([5000]);
  });

  test('pushes out what is older than fifteen minutes and nothing younger', () => {
    const all = applied(...Array.from({ length: 600 }, (_, index) => index * 2000));
    expect(times(all)[0]).toBe(599 * 2000 - span);
    expect(all.samples).toHaveLength(451);
    expect(times(applySample(all, sample(10_000_000)))).toEqual([10_000_000]);
  });
});

describe('the columns of a chart', () => {
  const cpu: Pick = (one) => one.cpu;
  const memory: Pick = (one) => one.memory;
  const all = { from: start, to: start + span };

  test('have one list of times and one list of values for each line', () => {
    const { samples } = applied(0, 2000);
    expect(columnsOf(samples, [cpu, memory], all)).toEqual({
      times: [start, start + 2000],
      values: [
        [0, 2],
        [20, 20],
      ],
    });
  });

  test('break where nobody looked for a while, and not at the pace of polling', () => {
    const { samples } = applied(0, gap, 2 * gap + 2);
    const { times: at, values } = columnsOf(samples, [cpu], all);
    expect(at.map((time) => time - start)).toEqual([0, gap, 1.5 * gap + 1, 2 * gap + 2]);
    expect(values).toEqual([[0, 9, null, 18.002]]);
  });

  test('keep a value that the machine did not tell as a gap and never as 0', () => {
    expect(columnsOf([sample(0, null), sample(2000, 0)], [cpu], all).values).toEqual([[null, 0]]);
  });

  test('begin with the last sample before the stretch and end with it', () => {
    const { samples } = applied(0, 2000, 4000, 6000, 8000);
    const { times: at } = columnsOf(samples, [cpu], { from: start + 3000, to: start + 6000 });
    expect(at.map((time) => time - start)).toEqual([2000, 4000, 6000]);
  });

  test('are empty without samples', () => {
    expect(columnsOf([], [cpu], all)).toEqual({ times: [], values: [[]] });
  });

  test('sum up to the last known, the least and the greatest value', () => {
    expect(summaryOf([5, null, 1, 9, 3, null])).toEqual({ current: 3, min: 1, max: 9 });
    expect(summaryOf([null])).toBeNull();
    expect(summaryOf([])).toBeNull();
  });
});

describe('the feed', () => {
  const live: FeedFacts = { connected: true, since: 0, newest: { by: 'socket', at: 100_000 }, failed: false };
  const down: FeedFacts = { ...live, connected: false, since: 100_000 };

  test('is live while samples come over the socket, and asks for nothing', () => {
    expect(feedOf(live, 102_000)).toBe('live');
    expect(needsPolling(live, 107_999)).toBe(false);
  });

  test('polls once the socket is down for more than a moment', () => {
    expect(needsPolling(down, 101_999)).toBe(false);
    expect(needsPolling(down, 102_000)).toBe(true);
    expect(feedOf(down, 102_000)).toBe('live');
    expect(feedOf({ ...down, newest: { by: 'poll', at: 102_500 } }, 103_000)).toBe('polling');
  });

  test('polls when the socket is up but silent, and goes on until a sample comes over it again', () => {
    expect(needsPolling(live, 108_000)).toBe(true);
    expect(needsPolling({ ...live, newest: { by: 'poll', at: 109_000 } }, 110_000)).toBe(true);
    expect(needsPolling({ ...live, newest: { by: 'socket', at: 110_000 } }, 110_000)).toBe(false);
  });

  test('gives a socket that has just come up the time to speak', () => {
    const back: FeedFacts = { connected: true, since: 200_000, newest: { by: 'poll', at: 199_000 }, failed: false };
    expect(needsPolling(back, 203_000)).toBe(false);
    expect(needsPolling(back, 208_000)).toBe(true);
  });

  test('is paused when polling fails and when it falls silent', () => {
    expect(feedOf({ ...down, failed: true }, 103_000)).toBe('paused');
    expect(feedOf({ ...down, newest: { by: 'poll', at: 103_000 } }, 116_000)).toBe('paused');
  });

  test('is starting before the first sample, and paused when the first poll fails', () => {
    const first: FeedFacts = { connected: true, since: 0, failed: false };
    expect(feedOf(first, 1000)).toBe('starting');
    expect(feedOf({ ...first, connected: false, failed: true }, 3000)).toBe('paused');
  });
});
