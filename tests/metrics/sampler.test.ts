import { beforeEach, describe, expect, test } from 'bun:test';
import { Sample } from '@shared/metrics/schema.ts';
import { createSampler, type Sampler } from '../../server/metrics/sampler.ts';
import { TestClock } from '../support/clock.ts';
import { fakeMachine, settled } from './fake-machine.ts';

let clock: TestClock;
let machine: ReturnType<typeof fakeMachine>;
let failures: unknown[];
let sampler: Sampler;

beforeEach(() => {
  clock = new TestClock();
  machine = fakeMachine(clock);
  failures = [];
  sampler = createSampler(machine.machine, clock, (cause) => failures.push(cause));
});

/** Lets time pass in small steps, as it does. */
async function pass(ms: number) {
  await settled();
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left));
    await settled();
  }
}
async function watched() {
  const samples: Sample[] = [];
  const release = sampler.watch((sample) => samples.push(sample));
  clock.advance(0);
  await settled();
  return { samples, release };
}

describe('sampler', () => {
  test('without watchers nothing is read and no timer waits', async () => {
    await pass(60_000);
    expect(machine.seen).toEqual({ counters: 0, gauges: 0, held: 0, closed: 0 });
    expect(clock.pending).toBe(0);
  });

  test('the first watcher gets a complete sample after the short baseline, then one every two seconds', async () => {
    const began = clock.now();
    const { samples, release } = await watched();
    await pass(6100);
    expect(samples.map(({ at }) => at - began)).toEqual([200, 2000, 4000, 6000]);
    expect(Sample.parse(samples[0])).toMatchObject({ cpu: 50, memory: 25, disk: null, gpu: null, temperature: null });
    expect(samples[0]?.network).toEqual({ receive: 1000, send: 0 });
    expect(samples[3]?.network).toEqual({ receive: 1000, send: 0 });
    release();
  });

  test('a second watcher gets the newest at once and costs no further reading', async () => {
    const first = await watched();
    await pass(2500);
    const reads = machine.seen.gauges;
    const second = await watched();
    expect(second.samples).toEqual([first.samples.at(-1)!]);
    expect(machine.seen.gauges).toBe(reads);
    await pass(1500);
    expect(second.samples).toHaveLength(2);
    expect(first.samples.at(-1)).toBe(second.samples.at(-1)!);
    first.release();
    second.release();
  });

  test('sampling goes on while one of two watches and ends with the last, whatever is released twice', async () => {
    const first = await watched();
    const second = await watched();
    await pass(300);
    first.release();
    first.release();
    await pass(4000);
    expect(second.samples.length).toBe(3);
    expect(first.samples.length).toBe(1);
    expect(machine.seen.held).toBe(1);

    second.release();
    const reads = machine.seen.gauges;
    await pass(60_000);
    expect(machine.seen.gauges).toBe(reads);
    expect(machine.seen.held).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('a watcher that leaves while a sample is taken receives nothing more, and one that comes then gets each once', async () => {
    const first = await watched();
    expect(machine.seen.counters).toBe(1);
    first.release();
    const second = await watched();
    await pass(2300);
    expect(first.samples).toEqual([]);
    expect(new Set(second.samples.map(({ at }) => at)).size).toBe(second.samples.length);
    expect(second.samples.length).toBe(2);
    second.release();
    await pass(1000);
    expect(clock.pending).toBe(0);
  });

  test('who comes back within seconds gets the fresh sample and the same rhythm', async () => {
    const first = await watched();
    await pass(2100);
    first.release();
    const reads = machine.seen.gauges;
    const again = await watched();
    expect(again.samples).toEqual([first.samples.at(-1)!]);
    await pass(1800);
    expect(machine.seen.gauges).toBe(reads);
    await pass(100);
    expect(machine.seen.gauges).toBe(reads + 1);
    again.release();
  });

  test('a failure is reported once and the sampling goes on', async () => {
    const { samples, release } = await watched();
    await pass(2100);
    const gauges = machine.machine.gauges;
    machine.machine.gauges = () => Promise.reject(new Error('bug'));
    await pass(2000);
    machine.machine.gauges = gauges;
    await pass(2000);
    expect(failures).toEqual([new Error('bug')]);
    expect(samples).toHaveLength(3);
    release();
  });

  test('a clock that is set back does not stop the sampling', async () => {
    const { samples, release } = await watched();
    await pass(2100);
    const now = clock.now;
    clock.now = () => now() - 3_600_000;
    await pass(4000);
    expect(samples.length).toBeGreaterThanOrEqual(3);
    expect(samples.every((sample) => Sample.safeParse(sample).success)).toBe(true);
    release();
  });
});

describe('latest', () => {
  test('while somebody watches the newest sample is answered without another reading', async () => {
    const { samples, release } = await watched();
    await pass(2100);
    const reads = machine.seen.counters;
    expect(await sampler.latest()).toBe(samples.at(-1)!);
    expect(machine.seen.counters).toBe(reads);
    release();
  });

  test('while nobody watches one is taken now, complete with rates, and many callers share it', async () => {
    const answers = Promise.all([sampler.latest(), sampler.latest(), sampler.latest()]);
    await pass(200);
    const [first, ...others] = await answers;
    expect(first).toMatchObject({ cpu: 50, network: { receive: 1000, send: 0 } });
    for (const other of others) expect(other).toBe(first);
    expect(machine.seen).toMatchObject({ counters: 2, gauges: 1 });
  });

  test('a poll every five seconds compares with the poll before and takes one reading each', async () => {
    const first = sampler.latest();
    await pass(200);
    const before = await first;
    await pass(5000);
    const after = await sampler.latest();
    expect(after.at - before.at).toBe(5000);
    expect(after.network).toEqual({ receive: 1000, send: 0 });
    expect(machine.seen).toMatchObject({ counters: 3, gauges: 2 });
  });

  test('a sample is fresh for two and a half seconds and no longer', async () => {
    const first = sampler.latest();
    await pass(200);
    const taken = await first;
    await pass(2500);
    expect(await sampler.latest()).toBe(taken);
    await pass(100);
    expect(await sampler.latest()).not.toBe(taken);
  });

  test('counters older than fifteen seconds are not compared with', async () => {
    const first = sampler.latest();
    await pass(200);
    await first;
    await pass(15_100);
    const second = sampler.latest();
    await pass(200);
    await second;
    expect(machine.seen.counters).toBe(4);
  });

  test('a poller holds the slow parts of the machine until it stays away', async () => {
    void sampler.latest();
    await pass(200);
    expect(machine.seen.held).toBe(1);
    await pass(5000);
    void sampler.latest();
    await pass(14_900);
    expect(machine.seen.held).toBe(1);
    await pass(200);
    expect(machine.seen.held).toBe(0);
    expect(clock.pending).toBe(0);
  });
});

test('closing lets go of everything', async () => {
  await watched();
  void sampler.latest();
  await pass(300);
  sampler.close();
  await pass(300);
  expect(clock.pending).toBe(0);
  expect(machine.seen).toMatchObject({ held: 0, closed: 1 });
});
