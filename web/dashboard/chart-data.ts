import type { Sample } from '@shared/metrics/schema.ts';

export type Pick = (sample: Sample) => number | null;

/** The stretch of time that a chart shows, in milliseconds UTC of the server. */
export interface Stretch {
  from: number;
  to: number;
}

/** One list of times and, for each line, the values at them. A null breaks the line. */
export interface Columns {
  times: number[];
  values: (number | null)[][];
}

/** Longer than the five seconds of polling and a slow answer: nobody looked in between. */
export const gap = 9000;

/** What falls into the stretch, and the sample before it, so that the line begins at the edge. */
export function columnsOf(samples: readonly Sample[], picks: readonly Pick[], { from, to }: Stretch): Columns {
  const times: number[] = [];
  const values: (number | null)[][] = picks.map(() => []);
  const add = (at: number, row: (pick: Pick) => number | null) => {
    times.push(at);
    for (const [index, pick] of picks.entries()) values[index]?.push(row(pick));
  };
  let previous: number | undefined;
  for (const [index, sample] of samples.entries()) {
    const next = samples[index + 1];
    if (sample.at > to) break;
    if (next && next.at <= from) continue;
    if (previous !== undefined && sample.at - previous > gap) add((previous + sample.at) / 2, () => null);
    add(sample.at, (pick) => pick(sample));
    previous = sample.at;
  }
  return { times, values };
}

export interface Summary {
  current: number;
  min: number;
  max: number;
}

/** Of one line, for those who cannot see it. `current` is its last known value. */
export function summaryOf(values: readonly (number | null)[]): Summary | null {
  const known = values.filter((value) => value !== null);
  const current = known.at(-1);
  if (current === undefined) return null;
  return { current, min: Math.min(...known), max: Math.max(...known) };
}
