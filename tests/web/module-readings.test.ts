import { expect, test } from 'bun:test';
import { readingOf, shareOf } from '../../web/modules/tiles/reading.ts';

test('a reading is taken as it is sent', () => {
  const sent = { value: 3, unit: 'W', detail: 'now', maximum: 10 };
  expect(readingOf(sent)).toEqual(sent);
  expect(readingOf({ value: 'open' })).toEqual({ value: 'open' });
});

test('what is no reading is none, and parts that are not as agreed are left out', () => {
  for (const data of [
    undefined,
    null,
    3,
    'x',
    [],
    {},
    { value: null },
    { value: Number.NaN },
    { value: 'x'.repeat(201) },
  ])
    expect(readingOf(data)).toBeUndefined();
  expect(readingOf({ value: 1, unit: 7, detail: {}, maximum: 0, more: true })).toEqual({ value: 1 });
  expect(readingOf({ value: 1, unit: 'x'.repeat(21), maximum: -1 })).toEqual({ value: 1 });
});

test('a meter shows numbers of a known scale, never more than all of it', () => {
  expect(shareOf({ value: 5, maximum: 20 })).toBe(25);
  expect([shareOf({ value: 30, maximum: 20 }), shareOf({ value: -1, maximum: 20 })]).toEqual([100, 0]);
  expect([shareOf({ value: 5 }), shareOf({ value: 'open', maximum: 20 })]).toEqual([undefined, undefined]);
});
