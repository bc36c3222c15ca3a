import { type Format, textOf } from './format.ts';
import type { Measure } from './plot.ts';

const kibibyte = 1024;

/** 0–100, always the whole of it: half a percent must not look like a storm. */
export const percentMeasure = (format: Format): Measure => ({
  range: () => [0, 100],
  steps: [10, 20, 25, 50],
  axis: (value) => textOf(format.percent(value, 0)),
  room: 6,
});

/** From 0; a quiet line stays at the bottom. */
export const rateMeasure = (format: Format): Measure => ({
  range: (_, max) => [0, Math.max(8 * kibibyte, (max ?? 0) * 1.1)],
  steps: [0, 1, 2, 3, 4].flatMap((power) => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((n) => n * kibibyte ** power)),
  axis: (value) => textOf(format.rate(value)),
  room: 11,
});

export const loadMeasure = (format: Format): Measure => ({
  range: (_, max) => [0, Math.max(1, (max ?? 0) * 1.1)],
  steps: [0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100],
  axis: (value) => textOf(format.load(value)),
  room: 5,
});

/** Around the values, in whole tens, at least twenty degrees. */
export const celsiusMeasure = (format: Format): Measure => ({
  range(min, max) {
    const low = Math.floor(((min ?? 40) - 3) / 10) * 10;
    return [low, Math.max(low + 20, Math.ceil(((max ?? 40) + 3) / 10) * 10)];
  },
  steps: [5, 10, 20, 50],
  axis: (value) => textOf(format.celsius(value)),
  room: 5,
});
