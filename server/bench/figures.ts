import type { Figure, Goal, Target } from './workload.ts';

/** What the server computed for each delivery. */
export const cpu = (goal: Goal): Figure => ({
  name: 'CPU',
  unit: 'µs',
  better: 'less',
  of: (round) => round.cpu,
  yardstick: 'raw',
  goal,
});

/** How many a core that does nothing else could serve: the client of a fast server is its own limit. */
export const perCore = (goal: Goal | undefined, yardstick: Target = 'raw'): Figure => ({
  name: 'per core',
  unit: '/s',
  better: 'more',
  of: (round) => 1e6 / round.cpu,
  yardstick,
  ...(goal && { goal }),
});

/** How many there were in a second. */
export const rate = (yardstick: Target | undefined, goal: Goal): Figure => ({
  name: 'rate',
  unit: '/s',
  better: 'more',
  of: (round) => round.perSecond,
  ...(yardstick && { yardstick }),
  goal,
});

/** How long messages took. */
export const p99 = (goal: Goal, yardstick: Target = 'raw'): Figure => ({
  name: 'p99',
  unit: 'ms',
  better: 'less',
  of: (round) => round.p99,
  yardstick,
  goal,
});

/** What a workload measured itself, by the name that it has in the report's `values`. */
export const value = (name: string, unit: string, better: Figure['better'], amount?: number): Figure => ({
  ...{ name, unit, better },
  of: ({ values }) => values?.[name],
  ...(amount !== undefined && { goal: { amount } }),
});

/** How much memory the server took at most beyond what it had before. */
export const peak = (amount: number): Figure => ({
  ...{ name: 'peak', unit: 'MiB', better: 'less' },
  of: (round) => round.peak,
  goal: { amount },
  steady: true,
});

/** Resident memory of each client, at each of these numbers of them but the first, which warms the server up. */
export const memory = (steps: readonly number[], goal: Goal): readonly Figure[] =>
  steps.slice(1).map((count) => ({
    name: `each of ${count.toLocaleString('en')}`,
    unit: 'KiB',
    better: 'less',
    of: (round) => round.memory?.[count],
    yardstick: 'raw',
    goal,
    steady: true,
  }));

/** Those of the steps that so many clients reach; where only one does, a tenth of them and all. */
export function stepsUpTo(clients: number, steps: readonly number[]): readonly number[] {
  const reached = steps.filter((step) => step <= clients);
  return reached.length > 1 ? reached : [Math.ceil(clients / 10), clients];
}
