import { describe, expect, test } from 'bun:test';
import type { ConnectionFigures, Stats } from '@shared/hub/stats.ts';
import { applyStats, arrange, type Reading, span } from '../../web/admin/apply-event.ts';
import { pointsOf } from '../../web/admin/sparkline-points.ts';

const traffic = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0 };
const reading = (at: number, more: Partial<Stats['traffic']> = {}, startedAt = 1): Stats =>
  ({ at, startedAt, traffic: { ...traffic, ...more } }) as Stats;
const after = (...all: Stats[]): readonly Reading[] => all.reduce<readonly Reading[]>(applyStats, []);

describe('readings of the server', () => {
  test('tell rates from the second one on', () => {
    const [first, second] = after(
      reading(1000, { framesIn: 5, bytesOut: 100 }),
      reading(3000, { framesIn: 9, framesOut: 1, bytesOut: 1100 }),
    );
    expect(first?.rates).toBeNull();
    expect(second?.rates).toEqual({ framesIn: 2, framesOut: 0.5, bytesIn: 0, bytesOut: 500 });
  });

  test('tell none over a gap, and go on after it', () => {
    const rates = after(reading(1000), reading(60_000, { framesIn: 90 }), reading(62_000, { framesIn: 94 }));
    expect(rates.map((one) => one.rates?.framesIn)).toEqual([undefined, undefined, 2]);
  });

  test('begin anew when the server has started again', () => {
    const all = after(reading(1000, { framesIn: 9 }), reading(3000, { framesIn: 1 }, 2));
    expect(all).toEqual([{ stats: reading(3000, { framesIn: 1 }, 2), rates: null }]);
  });

  test('are taken once, in order, and kept for five minutes', () => {
    expect(after(reading(3000), reading(3000), reading(2000))).toHaveLength(1);
    const long = after(...Array.from({ length: 400 }, (_, at) => reading(at * 2000)));
    expect((long.at(-1)?.stats.at ?? 0) - (long[0]?.stats.at ?? 0)).toBeLessThan(span);
    expect(long.length).toBe(150);
  });

  test('begin anew when the clock of the server was set back', () => {
    expect(after(reading(10 * span), reading(1000))).toHaveLength(1);
    expect(after(reading(10 * span), reading(1000))[0]?.stats.at).toBe(1000);
  });
});

describe('the list of connections', () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ id, queued: 0 }) as unknown as ConnectionFigures);
  const idsOf = (list: readonly ConnectionFigures[]) => list.map(({ id }) => String(id));

  test('is as the server sorts it', () => {
    expect(idsOf(arrange(rows('a', 'b'), rows('b', 'a'), false))).toEqual(['b', 'a']);
  });

  test('keeps its places while somebody points at it: the new come last, the gone leave, figures are fresh', () => {
    const fresh = rows('d', 'c', 'a').map((row) => ({ ...row, queued: 7 }));
    const held = arrange(rows('a', 'b', 'c'), fresh, true);
    expect(idsOf(held)).toEqual(['a', 'c', 'd']);
    expect(held.map(({ queued }) => queued)).toEqual([7, 7, 7]);
  });
});

describe('a sparkline', () => {
  test('ends at the right, with its largest value at the top', () => {
    const points = pointsOf([0, 5, 10], 11).split(' ');
    expect(points).toEqual(['80.00,26.00', '90.00,14.00', '100.00,2.00']);
  });

  test('leaves out what is not known, and draws nothing of nothing', () => {
    expect(pointsOf([1, null, 1], 3).split(' ')).toHaveLength(2);
    expect(pointsOf([], 30)).toBe('');
    expect(pointsOf([0, 0], 2)).toBe('0.00,26.00 100.00,26.00');
  });
});
