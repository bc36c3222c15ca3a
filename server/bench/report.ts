import type { Plan, Target } from './plans.ts';
import type { Round } from './round.ts';

export type Rounds = Partial<Record<Target, Round[]>>;

/** What the rounds of a workload came to. */
export interface Result {
  workload: string;
  figures: {
    name: string;
    unit: string;
    yardstick: number;
    hearth: number;
    ratio: number;
    goal: string;
    reached: boolean;
  }[];
  /** Milliseconds, the smallest of the rounds. */
  p99: Partial<Record<Target, number>>;
  /** Share of its core that each server used at most. */
  share: Partial<Record<Target, number>>;
  /** Rounds that others did not disturb; where there are none, all of them count. */
  undisturbed: Partial<Record<Target, number>>;
  /** Further ratios and figures. */
  beside: string[];
  rounds: Rounds;
}

const least = (rounds: Round[] | undefined, figure: (round: Round) => number | undefined): number =>
  Math.min(...(rounds ?? []).flatMap((round) => figure(round) ?? []));
const most = (rounds: Round[] | undefined, figure: (round: Round) => number | undefined): number =>
  Math.max(...(rounds ?? []).flatMap((round) => figure(round) ?? []));

/** Beyond these a round tells of others: shares of a core that they used, milliseconds that the client was late. */
const DISTURBED = { others: 0.5, late: 15 };
const isUndisturbed = ({ others, late = 0 }: Round): boolean => others < DISTURBED.others && late < DISTURBED.late;
/** A stalled client sends in bursts, which are cheap to serve: its round must not count as the best. */
const countingOf = (rounds: Round[]): Round[] => {
  const undisturbed = rounds.filter(isUndisturbed);
  return undisturbed.length > 0 ? undisturbed : rounds;
};

/** Takes the best undisturbed round of each: the quietest moments of a machine that others use. */
export function resultOf(workload: string, plan: Plan, all: Rounds): Result {
  const { goal, figure, yardstick } = plan;
  const entries = Object.entries(all) as [Target, Round[]][];
  // What memory a connection takes does not depend on others.
  const counting = figure === 'memory' ? (each: Round[]) => each : countingOf;
  const rounds: Rounds = Object.fromEntries(entries.map(([target, each]) => [target, counting(each)]));
  const undisturbed = Object.fromEntries(entries.map(([target, each]) => [target, each.filter(isUndisturbed).length]));
  const [base, own] = [rounds[yardstick], rounds.hearth];
  const targets = Object.keys(rounds) as Target[];
  const judge = (name: string, unit: string, a: number, b: number): Result['figures'][number] => {
    const ratio = goal.kind === 'least' && figure === 'cpu' ? a / b : b / a;
    const reached = goal.kind === 'most' ? ratio <= goal.ratio && !(b > (goal.absolute ?? b)) : ratio >= goal.ratio;
    const asked = goal.absolute === undefined ? `${sign(goal.kind)} ${goal.ratio} ×` : `≤ ${goal.absolute} ${unit}`;
    return { name, unit, yardstick: a, hearth: b, ratio, goal: asked, reached };
  };
  const figures: Result['figures'] = [];
  const beside: string[] = [];
  if (figure === 'cpu')
    figures.push(
      judge(
        'CPU',
        'µs',
        least(base, ({ cpu }) => cpu),
        least(own, ({ cpu }) => cpu),
      ),
    );
  if (figure === 'rate') {
    const rate = ({ perSecond }: Round): number | undefined => perSecond;
    figures.push(judge('rate', '/s', most(base, rate), most(own, rate)));
    const cpus = targets.map((target) => `${target} ${least(rounds[target], ({ cpu }) => cpu).toFixed(1)}`);
    beside.push(`µs CPU each: ${cpus.join(', ')}`);
    if (yardstick !== 'raw') beside.push(`raw Bun ${most(rounds.raw, rate).toFixed(0)} /s`);
  }
  if (figure === 'memory')
    for (const count of Object.keys(own?.[0]?.memory ?? {}).map(Number))
      figures.push(judge(`memory of each of ${count}`, 'KiB', ...pair(base, own, (round) => round.memory?.[count])));
  const p99 = Object.fromEntries(
    targets.map((target) => [target, least(rounds[target], (round) => round.p99)]).filter(([, ms]) => ms !== Infinity),
  );
  const share = Object.fromEntries(targets.map((target) => [target, most(rounds[target], (round) => round.share)]));
  if (goal.p99) {
    const limit = 'below' in goal.p99 ? goal.p99.below : goal.p99.times * (p99[yardstick] ?? 0);
    const [a, b] = [p99[yardstick] ?? 0, p99.hearth ?? 0];
    const asked = 'below' in goal.p99 ? `≤ ${limit} ms` : `≤ ${goal.p99.times} ×`;
    figures.push({ name: 'p99', unit: 'ms', yardstick: a, hearth: b, ratio: b / a, goal: asked, reached: b <= limit });
  }
  return { workload, figures, p99, share, undisturbed, beside, rounds: all };
}

const sign = (kind: 'most' | 'least'): string => (kind === 'most' ? '≤' : '≥');

const pair = (
  base: Round[] | undefined,
  own: Round[] | undefined,
  figure: (round: Round) => number | undefined,
): [number, number] => [least(base, figure), least(own, figure)];

/** A result in lines for a terminal. */
export function linesOfResult({ workload, figures, p99, share, undisturbed, beside }: Result, plan: Plan): string[] {
  const short = (value: number): string => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3));
  const waits = Object.entries(p99).map(([target, ms]) => `${target} ${short(ms)}`);
  const shares = Object.entries(share).map(([target, of]) => `${target} ${(of * 100).toFixed(0)} %`);
  const counts = Object.entries(undisturbed).map(([target, count]) => `${target} ${count}`);
  return [
    ...figures.map(
      ({ name, unit, yardstick, hearth, ratio, goal, reached }) =>
        `${workload}: ${name} ${plan.yardstick} ${short(yardstick)} · hearth ${short(hearth)} ${unit} · ${ratio.toFixed(3)} × (${goal}: ${reached ? 'reached' : 'missed'})`,
    ),
    ...(waits.length > 0 ? [`  p99 in ms: ${waits.join(', ')}`] : []),
    ...(plan.figure === 'memory'
      ? []
      : [`  server's share of its core: ${shares.join(', ')}`, `  undisturbed rounds: ${counts.join(', ')}`]),
    ...beside.map((line) => `  ${line}`),
  ];
}
