import { table } from '../cli/table.ts';
import type { Figure, Goal, Round, Target, Workload } from './workload.ts';

export type Rounds = Partial<Record<Target, Round[]>>;

/** What a figure came to. */
export interface Outcome {
  readonly name: string;
  readonly unit: string;
  readonly hearth: number;
  readonly yardstick?: number;
  /** Hearth's over the yardstick's. */
  readonly ratio?: number;
  readonly goal?: string;
  readonly reached?: boolean;
}

/** What the rounds of a workload came to. */
export interface Result {
  readonly workload: string;
  readonly clients: number;
  readonly figures: readonly Outcome[];
  /** Whether others disturbed each round of one of the targets. */
  readonly disturbed: boolean;
  /** By target, what explains the figures. */
  readonly beside: Readonly<Partial<Record<Target, Beside>>>;
  readonly rounds: Rounds;
}

export interface Beside {
  /** Microseconds of CPU for each delivery, the least. */
  readonly cpu: number;
  /** The most there were in a second. */
  readonly perSecond?: number;
  /** Milliseconds, the least of the rounds. */
  readonly p99?: number;
  /** Share of its core that the server used at most. */
  readonly share: number;
  /** Rounds that others did not disturb; where there are none, all of them count. */
  readonly undisturbed: number;
}

/** Beyond these a round tells of others: shares of a core that they used, milliseconds that the client was late. */
const DISTURBED = { others: 0.5, late: 15 };
const isUndisturbed = ({ others, late = 0 }: Round): boolean => others < DISTURBED.others && late < DISTURBED.late;
/** A stalled client sends in bursts, which are cheap to serve: its round must not count as the best. */
const countingOf = (rounds: readonly Round[]): readonly Round[] => {
  const undisturbed = rounds.filter(isUndisturbed);
  return undisturbed.length > 0 ? undisturbed : rounds;
};

const numbers = (rounds: readonly Round[], of: Figure['of']): number[] => rounds.flatMap((round) => of(round) ?? []);

/** The best of the rounds that count; undefined where none has this figure. */
function bestOf({ better, of, steady }: Figure, rounds: readonly Round[] = []): number | undefined {
  const found = numbers(steady ? rounds : countingOf(rounds), of);
  if (found.length === 0) return undefined;
  return better === 'less' ? Math.min(...found) : Math.max(...found);
}

const goalOf = ({ times, amount }: Goal, { better, unit }: Figure): string => {
  const parts = [
    ...(times === undefined ? [] : [`${times} ×`]),
    ...(amount === undefined ? [] : [`${amount} ${unit}`]),
  ];
  return `${better === 'less' ? '≤' : '≥'} ${parts.join(', ')}`;
};

function judge(figure: Figure, rounds: Rounds): Outcome[] {
  const { name, unit, better, goal } = figure;
  const hearth = bestOf(figure, rounds.hearth);
  if (hearth === undefined) return [];
  const yardstick = figure.yardstick && bestOf(figure, rounds[figure.yardstick]);
  // Memory that was given back in between makes it none.
  const ratio = yardstick !== undefined && yardstick > 0 ? hearth / yardstick : undefined;
  const keeps = (value: number, limit: number): boolean => (better === 'less' ? value <= limit : value >= limit);
  // Without its yardstick nobody knows whether it is reached.
  const reached =
    goal &&
    (goal.amount === undefined || keeps(hearth, goal.amount)) &&
    (goal.times === undefined || (ratio !== undefined && keeps(ratio, goal.times)));
  return [
    {
      ...{ name, unit, hearth },
      ...(yardstick !== undefined && { yardstick }),
      ...(ratio !== undefined && { ratio }),
      ...(goal && { goal: goalOf(goal, figure) }),
      ...(reached !== undefined && { reached }),
    },
  ];
}

function besideOf(rounds: readonly Round[]): Beside {
  const counting = countingOf(rounds);
  const rates = numbers(counting, ({ perSecond }) => perSecond);
  const waits = numbers(counting, ({ p99 }) => p99);
  return {
    cpu: Math.min(...counting.map(({ cpu }) => cpu)),
    ...(rates.length > 0 && { perSecond: Math.max(...rates) }),
    ...(waits.length > 0 && { p99: Math.min(...waits) }),
    share: Math.max(...counting.map(({ share }) => share)),
    undisturbed: rounds.filter(isUndisturbed).length,
  };
}

/** Takes the best undisturbed round of each: the quietest moments of a machine that others use. */
export function resultOf(workload: Workload, rounds: Rounds): Result {
  const { name, clients } = workload;
  const entries = (Object.entries(rounds) as [Target, Round[]][]).filter(([, each]) => each.length > 0);
  return {
    workload: name,
    clients,
    figures: workload.figures(clients).flatMap((figure) => judge(figure, rounds)),
    disturbed: !workload.memory && entries.some(([, each]) => !each.some(isUndisturbed)),
    // Where memory is measured nobody hurries.
    beside: workload.memory ? {} : Object.fromEntries(entries.map(([target, each]) => [target, besideOf(each)])),
    rounds,
  };
}

const short = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

/** What explains a result, a line for each target: whether it was disturbed, above all. */
export function linesOfResult({ beside, rounds }: Result): string[] {
  return (Object.entries(beside) as [Target, Beside][]).map(([target, { cpu, perSecond, p99, share, undisturbed }]) =>
    [
      `${target.padEnd(9)} CPU ${short(cpu)} µs`,
      ...(perSecond === undefined ? [] : [`${short(perSecond)} /s`]),
      ...(p99 === undefined ? [] : [`p99 ${short(p99)} ms`]),
      `${Math.round(share * 100)} % of its core`,
      `${undisturbed} of ${rounds[target]?.length ?? 0} rounds undisturbed`,
    ].join(' · '),
  );
}

/** All results as a table for a terminal. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ workload, clients, figures, disturbed }) =>
    figures.map(({ name, unit, yardstick, hearth, ratio, goal = '', reached }, i) => [
      i === 0 ? workload : '',
      i === 0 ? clients.toLocaleString('en') : '',
      name,
      yardstick === undefined ? '' : `${short(yardstick)} ${unit}`,
      `${short(hearth)} ${unit}`,
      ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
      goal,
      [...(reached === undefined ? [] : [reached ? 'reached' : 'missed']), ...(disturbed ? ['disturbed'] : [])].join(
        ', ',
      ),
    ]),
  );
  return table(['work', 'clients', 'figure', 'yardstick', 'Hearth', 'ratio', 'goal', ''], rows);
}
