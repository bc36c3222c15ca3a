import { describe, expect, test } from 'bun:test';
import { createFormat, textOf } from '../../web/dashboard/format.ts';

const english = createFormat('en-US');
const german = createFormat('de-DE');

describe('the dashboard writes', () => {
  test('shares with one decimal at most, as the language does', () => {
    expect(textOf(english.percent(12.34))).toBe('12.3%');
    expect(textOf(german.percent(12.34))).toBe('12,3\u00a0%');
    expect(textOf(german.percent(100, 0))).toBe('100\u00a0%');
    expect(english.percent(7)).toEqual({ number: '7.0', unit: '%' });
  });

  test('bytes in binary units, never as a thousand and more of the smaller one', () => {
    const sizes = [0, 1023, 1024, 1536, 1_048_575, 123_456_789, 5 * 2 ** 40].map((size) => textOf(english.bytes(size)));
    expect(sizes.map((size) => size.replace('\u00a0', ' '))).toEqual([
      '0 B',
      '1,023 B',
      '1.0 KiB',
      '1.5 KiB',
      '1.0 MiB',
      '118 MiB',
      '5.0 TiB',
    ]);
    expect(textOf(german.rate(1536))).toBe('1,5\u00a0KiB/s');
  });

  test('degrees and load', () => {
    expect(textOf(english.celsius(45.6))).toBe('46°C');
    expect(textOf(german.celsius(45.6))).toBe('46\u00a0°C');
    expect(textOf(german.load(0.5))).toBe('0,50');
    expect(textOf(english.load(12.34))).toBe('12.3');
  });

  test('times of an axis without AM and PM', () => {
    const at = new Date(2030, 0, 1, 14, 5, 9).getTime();
    expect(english.tick(at, false)).toBe('2:05');
    expect(english.tick(at, true)).toBe('2:05:09');
    expect(german.tick(at, true)).toBe('14:05:09');
  });

  test('a duration by its two largest parts, without an empty one', () => {
    expect(english.duration(90_061)).toBe('1 day 1 hr');
    expect(english.duration(864_000 + 59)).toBe('10 days');
    expect(english.duration(3 * 3600 + 5 * 60)).toBe('3 hr 5 min');
    expect(english.duration(30)).toBe('0 min');
    expect(german.duration(90_061)).toBe('1 Tg., 1 Std.');
  });
});
