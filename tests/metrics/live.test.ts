import { beforeEach, describe, expect, test } from 'bun:test';
import { METRICS_CHANNEL } from '@shared/metrics/events.ts';
import { Sample } from '@shared/metrics/schema.ts';
import { live } from '../../server/metrics/live.ts';
import { createMetrics, type Metrics } from '../../server/metrics/metrics.ts';
import { metricsModule } from '../../server/metrics/module.ts';
import type { Identity, Role } from '../../server/modules/identity.ts';
import { TestClock } from '../support/clock.ts';
import { fakeMachine, settled } from './fake-machine.ts';

let clock: TestClock;
let machine: ReturnType<typeof fakeMachine>;
let published: Sample[];
let metrics: Metrics;

beforeEach(() => {
  clock = new TestClock();
  machine = fakeMachine(clock);
  published = [];
  metrics = createMetrics({
    clock,
    machine: machine.machine,
    publish: (sample) => void published.push(sample),
    failed: (cause) => {
      throw cause;
    },
  });
});

async function pass(ms: number) {
  await settled();
  for (let left = ms; left > 0; left -= 100) {
    clock.advance(Math.min(100, left));
    await settled();
  }
}

describe('live', () => {
  test('each new sample is yielded, the newest at once where somebody watches already', async () => {
    metrics.channelWatched(true);
    await pass(300);
    const end = new AbortController();
    const stream = live(metrics, end.signal);
    expect((await stream.next()).value).toEqual({ event: 'system_metrics', data: published[0]! });
    const next = stream.next();
    await pass(1800);
    expect((await next).value).toEqual({ event: 'system_metrics', data: published[1]! });
    end.abort();
    await stream.return();
    metrics.channelWatched(false);
  });

  test('aborting ends a stream that waits, without another sample, and stops the sampling', async () => {
    const end = new AbortController();
    const stream = live(metrics, end.signal);
    const first = stream.next();
    await pass(300);
    expect((await first).done).toBe(false);
    const waiting = stream.next();
    await settled();
    end.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
    expect(machine.seen.held).toBe(0);
  });

  test('a signal that has aborted before yields nothing and leaves nothing behind', async () => {
    const stream = live(metrics, AbortSignal.abort());
    expect((await stream.next()).done).toBe(true);
    expect(clock.pending).toBe(0);
    expect(machine.seen.held).toBe(0);
  });

  test('leaving the loop after a sample releases the watcher too', async () => {
    const consumed = (async () => {
      for await (const _ of live(metrics, new AbortController().signal)) break;
    })();
    await pass(300);
    await consumed;
    expect(clock.pending).toBe(0);
    expect(machine.seen.held).toBe(0);
  });

  test('a slow reader gets the newest sample next and not those it missed', async () => {
    const end = new AbortController();
    const stream = live(metrics, end.signal);
    const first = stream.next();
    await pass(300);
    await first;
    metrics.channelWatched(true);
    await pass(6000);
    expect((await stream.next()).value?.data).toBe(published.at(-1)!);
    end.abort();
    expect((await stream.next()).done).toBe(true);
    metrics.channelWatched(false);
  });
});

describe('module', () => {
  const identity = (role: Role): Identity => ({ userId: 'usr_1', name: 'A', role, sessionId: 'ses_1', expiresAt: 0 });

  test('members and admins may watch the metrics channel, guests and other channels may not be watched', () => {
    const namespace = metricsModule(metrics).channels?.[0];
    expect(namespace).toMatchObject({ prefix: 'system', kind: 'latest' });
    expect(namespace?.maySubscribe(identity('member'), METRICS_CHANNEL)).toBe(true);
    expect(namespace?.maySubscribe(identity('admin'), METRICS_CHANNEL)).toBe(true);
    expect(namespace?.maySubscribe(identity('guest'), METRICS_CHANNEL)).toBe(false);
    expect(namespace?.maySubscribe(identity('admin'), 'system:other')).toBe(false);
  });

  test('samples are published while the channel is occupied and no longer', async () => {
    const namespace = metricsModule(metrics).channels?.[0];
    namespace?.onOccupied?.(METRICS_CHANNEL);
    namespace?.onOccupied?.(METRICS_CHANNEL);
    await pass(4100);
    expect(published).toHaveLength(3);
    expect(published.every((sample) => Sample.safeParse(sample).success)).toBe(true);
    namespace?.onVacant?.(METRICS_CHANNEL);
    await pass(10_000);
    expect(published).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test('stopping the module ends the sampling', async () => {
    const module = metricsModule(metrics);
    module.channels?.[0]?.onOccupied?.(METRICS_CHANNEL);
    await pass(300);
    await module.stop?.();
    expect(clock.pending).toBe(0);
    expect(machine.seen).toMatchObject({ held: 0, closed: 1 });
  });
});
