import { describe, expect, test } from 'bun:test';
import { cpu, memory, p99, perCore, rate, stepsUpTo } from '../../server/bench/figures.ts';
import { linesOfResult, resultOf, type Rounds, tableOf } from '../../server/bench/report.ts';
import { type Figure, reduced, type Round, type Workload } from '../../server/bench/workload.ts';
import { workloads } from '../../server/bench/workloads/workloads.ts';

const round = (given: Partial<Round>): Round => ({
  ...{ deliveries: 1000, cpu: 4, share: 0.9, others: 0, load: 0 },
  ...given,
});

const workload = (...figures: Figure[]): Workload => ({
  name: 'talk',
  title: 'people talk',
  targets: ['hearth', 'raw'],
  clients: 1000,
  furniture: { people: 100, rooms: 50, perRoom: 10 },
  figures: () => figures,
  run: async () => {},
});

const outcome = (figure: Figure, rounds: Rounds) => resultOf(workload(figure), rounds).figures[0];

describe('a figure', () => {
  test('is that of the best round of each, and Hearth over the yardstick', () => {
    const found = outcome(cpu({ times: 1.1 }), {
      hearth: [round({ cpu: 5 }), round({ cpu: 4.2 })],
      raw: [round({ cpu: 4 }), round({ cpu: 6 })],
    });
    expect(found).toMatchObject({ name: 'CPU', unit: 'µs', hearth: 4.2, yardstick: 4, goal: '≤ 1.1 ×', reached: true });
    expect(found?.ratio).toBeCloseTo(1.05);
  });

  test.each([
    ['less CPU', cpu({ times: 1.1 }), { cpu: 4.5 }, { cpu: 4 }, false],
    ['more from a core', perCore({ times: 0.8 }), { cpu: 4.5 }, { cpu: 4 }, true],
    ['too little from a core', perCore({ times: 0.95 }), { cpu: 4.5 }, { cpu: 4 }, false],
    ['a rate at its limit', rate('raw', { times: 0.5 }), { perSecond: 50 }, { perSecond: 100 }, true],
    ['a rate below it', rate('raw', { times: 0.5 }), { perSecond: 49 }, { perSecond: 100 }, false],
    ['an amount, whatever the yardstick has', p99({ amount: 100 }), { p99: 90 }, { p99: 1 }, true],
    ['an amount that is too much', p99({ amount: 100 }), { p99: 101 }, { p99: 1000 }, false],
  ])('reaches its goal or not: %s', (_, figure, hearth, raw, reached) => {
    expect(outcome(figure, { hearth: [round(hearth)], raw: [round(raw)] })?.reached).toBe(reached);
  });

  test('takes the highest rate, and the shortest wait', () => {
    const hearth = [round({ perSecond: 10, p99: 9 }), round({ perSecond: 20, p99: 8 }), round({})];
    expect(outcome(rate('raw', { times: 1 }), { hearth })?.hearth).toBe(20);
    expect(outcome(p99({ times: 1 }), { hearth })?.hearth).toBe(8);
  });

  test('leaves out rounds that others disturbed, and those whose client was late', () => {
    const hearth = [round({ cpu: 1, others: 0.9 }), round({ cpu: 2, late: 50 }), round({ cpu: 3 })];
    expect(outcome(cpu({ times: 1 }), { hearth })?.hearth).toBe(3);
  });

  test('takes disturbed rounds where there are no others, and says so', () => {
    const result = resultOf(workload(cpu({ times: 2 })), {
      hearth: [round({ cpu: 1, others: 0.9 })],
      raw: [round({ cpu: 1 })],
    });
    expect(result.figures[0]?.hearth).toBe(1);
    expect(result.disturbed).toBe(true);
    expect(tableOf([result])).toContain('reached, disturbed');
    expect(linesOfResult(result)[0]).toContain('0 of 1 rounds undisturbed');
  });

  test('of memory counts every round, for others do not change it', () => {
    const [figure] = memory([1000, 10_000], { times: 2 });
    const hearth = [round({ memory: { 10_000: 3 }, others: 2 }), round({ memory: { 10_000: 4 } })];
    const found = outcome(figure!, { hearth, raw: [round({ memory: { 10_000: 2 } })] });
    expect(found).toMatchObject({ name: 'each of 10,000', hearth: 3, ratio: 1.5, reached: true });
  });

  test('that no round has is left out; one without its yardstick is not reached', () => {
    expect(outcome(p99({ times: 2 }), { hearth: [round({})] })).toBeUndefined();
    expect(outcome(cpu({ times: 2 }), { hearth: [round({})] })).toMatchObject({ hearth: 4, reached: false });
  });

  test('has no ratio to a yardstick that is nothing', () => {
    const [figure] = memory([1, 10], { times: 2 });
    const rounds = { hearth: [round({ memory: { 10: 3 } })], raw: [round({ memory: { 10: -1 } })] };
    expect(outcome(figure!, rounds)?.ratio).toBeUndefined();
  });
});

describe('the table', () => {
  test('names a workload once, whatever number of figures it has', () => {
    const rounds = { hearth: [round({ p99: 17.64 })], raw: [round({ cpu: 2, p99: 10 })] };
    const result = resultOf(workload(cpu({ times: 0.65 }), p99({ times: 2 })), rounds);
    expect(tableOf([result]).split('\n')).toEqual([
      'work  clients  figure  yardstick  Hearth   ratio   goal',
      'talk  1,000    CPU     2.00 µs    4.00 µs  2.00 ×  ≤ 0.65 ×  missed',
      '               p99     10.0 ms    17.6 ms  1.76 ×  ≤ 2 ×     reached',
      '',
    ]);
  });

  test('is without verdict where a workload has no goals', () => {
    const small = reduced(workload(cpu({ times: 1 })), 20);
    const [, line] = tableOf([resultOf(small, { hearth: [round({})], raw: [round({ cpu: 2 })] })]).split('\n');
    expect(line).toBe('talk  20       CPU     2.00 µs    4.00 µs  2.00 ×');
  });
});

describe('a workload with fewer clients', () => {
  test('needs fewer people and rooms', () => {
    expect(reduced(workload(), 20)).toMatchObject({ clients: 20, furniture: { people: 20, rooms: 20, perRoom: 10 } });
    expect(reduced(workload(), 5).furniture.perRoom).toBe(5);
    expect(reduced(workload(), 5000)).toMatchObject({ clients: 1000, furniture: { people: 100 } });
  });

  test('keeps its goals down to half of them', () => {
    const goalWith = (clients: number) => reduced(workload(cpu({ times: 1 })), clients).figures(clients)[0]?.goal;
    expect(goalWith(500)).toEqual({ times: 1 });
    expect(goalWith(499)).toBeUndefined();
  });

  test('measures memory at the steps that it reaches, or at all of its clients', () => {
    expect(stepsUpTo(18_000, [1000, 10_000, 18_000])).toEqual([1000, 10_000, 18_000]);
    expect(stepsUpTo(16_000, [1000, 10_000, 18_000])).toEqual([1000, 10_000]);
    expect(stepsUpTo(1500, [1000, 10_000])).toEqual([150, 1500]);
    expect(stepsUpTo(20, [1000, 10_000])).toEqual([2, 20]);
  });
});

test('each workload has a name of its own, is measured on Hearth first, and on what its figures are held against', () => {
  expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
  for (const { targets, figures, clients } of workloads) {
    expect(targets[0]).toBe('hearth');
    expect(figures(clients).length).toBeGreaterThan(0);
    for (const { yardstick, goal } of figures(clients)) {
      if (yardstick !== undefined) expect(targets).toContain(yardstick);
      if (goal?.times !== undefined) expect(yardstick).toBeDefined();
    }
  }
});
