import type { Sample } from '@shared/metrics/schema.ts';

/** What the page knows of the machine, oldest first. */
export interface Readings {
  readonly samples: readonly Sample[];
}

export const noReadings: Readings = { samples: [] };

/** Milliseconds that the page looks back. */
export const span = 15 * 60_000;
/** A sample that is older than the newest one by more than this comes from a clock that was set back. */
const outOfOrder = 10_000;

/** Adds a sample that came over the socket or by polling; the same one may come by both. */
export function applySample(readings: Readings, sample: Sample): Readings {
  const newest = readings.samples.at(-1);
  if (newest && sample.at <= newest.at) {
    return newest.at - sample.at > outOfOrder ? { samples: [sample] } : readings;
  }
  const since = sample.at - span;
  const first = readings.samples.findIndex(({ at }) => at >= since);
  const kept = first === -1 ? [] : readings.samples.slice(first);
  return { samples: [...kept, sample] };
}
