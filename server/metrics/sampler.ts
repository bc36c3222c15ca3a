import type { Sample } from '@shared/metrics/schema.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Counters, Machine } from './machine.ts';
import { makeSample } from './sample.ts';

export interface Sampler {
  /**
   * Takes a sample every two seconds from now on and gives each to the listener, a fresh one at once, until the
   * returned function is called. Without watchers nothing is read.
   */
  watch(listener: (sample: Sample) => void): () => void;
  /** The newest sample if it is fresh, else one taken now. */
  latest(): Promise<Sample>;
  close(): void;
}

const interval = 2000;
/** A little more than the interval, so that the newest sample of a running sampler always counts. */
const freshFor = 2500;
/** How old a reading may be to compare with. It spans the five seconds of a page that polls. */
const comparableFor = 15_000;
/** Between the two readings of a sample that has nothing to compare with. */
const baseline = 200;

export function createSampler(machine: Machine, clock: Clock, failed: (cause: unknown) => void): Sampler {
  const watchers = new Set<(sample: Sample) => void>();
  let newest: Sample | undefined;
  let counters: Counters | undefined;
  let taking: Promise<Sample> | undefined;
  let timer: Timer | undefined;
  let release: (() => void) | undefined;
  let lingering: (() => void) | undefined;

  const age = (at: number) => clock.now() - at;
  // A clock that was set back makes the age negative.
  const fresh = () => (newest && age(newest.at) >= 0 && age(newest.at) <= freshFor ? newest : undefined);
  const comparable = () =>
    counters && age(counters.at) > 0 && age(counters.at) <= comparableFor ? counters : undefined;
  const pause = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));

  const take = async (): Promise<Sample> => {
    let before = comparable();
    if (!before) {
      before = await machine.counters();
      await pause(baseline);
    }
    const [after, gauges] = await Promise.all([machine.counters(), machine.gauges()]);
    counters = after;
    newest = makeSample(machine.host, before, after, gauges);
    return newest;
  };
  const takeOnce = () => (taking ??= take().finally(() => (taking = undefined)));

  const schedule = (ms: number) => {
    timer = clock.setTimeout(() => void tick(), Math.max(0, ms));
  };
  const tick = async () => {
    const started = clock.now();
    const mine = timer;
    try {
      const sample = await takeOnce();
      // Sampling was stopped, and perhaps started again, meanwhile.
      if (timer !== mine) return;
      for (const watcher of watchers) watcher(sample);
    } catch (cause) {
      failed(cause);
    }
    if (timer === mine) schedule(interval - age(started));
  };

  /** Who polls holds the machine's slow parts until well after the next poll. */
  const linger = () => {
    const renewed = machine.hold();
    letGo();
    const timeout = clock.setTimeout(letGo, comparableFor);
    lingering = () => {
      timeout.cancel();
      renewed();
    };
  };
  const letGo = () => {
    lingering?.();
    lingering = undefined;
  };

  const stop = () => {
    timer?.cancel();
    release?.();
    timer = release = undefined;
  };

  return {
    watch(listener) {
      const watcher = (sample: Sample) => listener(sample);
      watchers.add(watcher);
      const current = fresh();
      if (current) listener(current);
      if (watchers.size === 1) {
        release = machine.hold();
        schedule(current ? interval - age(current.at) : 0);
      }
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) stop();
      };
    },
    async latest() {
      const current = fresh();
      if (current) return current;
      if (watchers.size === 0) linger();
      return takeOnce();
    },
    close() {
      watchers.clear();
      stop();
      letGo();
      machine.close();
    },
  };
}
