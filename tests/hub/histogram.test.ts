import { expect, test } from 'bun:test';
import { array, assert, constantFrom, double, property } from 'fast-check';
import { Histogram } from '../../server/hub/histogram.ts';

const MINUTE = 60_000;

test('each value falls into the first bucket whose bound it does not exceed', () => {
  const histogram = new Histogram([1, 2, 4]);
  for (const value of [0, 1, 1.5, 2, 4, 4.1, 100]) histogram.observe(value, 0);
  expect([...histogram.counts]).toEqual([2, 2, 1, 2]);
  expect([histogram.count, histogram.sum]).toEqual([7, 112.6]);
});

test('without a value there is no quantile', () => {
  expect(new Histogram([1]).quantile(0.5, 0)).toBeNull();
});

test('a quantile lies in the bucket of the value that has that rank', () => {
  const bounds = [1, 2, 5, 10, 20, 50];
  assert(
    property(
      array(double({ min: 0.01, max: 49, noNaN: true }), { minLength: 1, maxLength: 200 }),
      constantFrom(0.5, 0.9, 0.99, 1),
      (values, share) => {
        const histogram = new Histogram(bounds);
        for (const value of values) histogram.observe(value, 0);
        const real = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0;
        const upper = bounds.find((bound) => real <= bound) ?? Infinity;
        const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
        const read = histogram.quantile(share, 0) ?? -1;
        // Rounding of the rank may put it on the very edge.
        return read >= lower - 1e-9 && read <= upper + 1e-9;
      },
    ),
  );
});

test('quantiles tell of the last one to two minutes, counts of all time', () => {
  const histogram = new Histogram([1, 10]);
  histogram.observe(9, MINUTE);
  histogram.observe(0.5, 2 * MINUTE);
  expect(histogram.quantile(1, 2 * MINUTE + 1)).toBeGreaterThan(1);
  histogram.observe(0.5, 3 * MINUTE);
  expect(histogram.quantile(1, 3 * MINUTE + 1)).toBeLessThanOrEqual(1);
  expect(histogram.quantile(1, 10 * MINUTE)).toBeNull();
  expect([...histogram.counts]).toEqual([2, 1, 0]);
});
