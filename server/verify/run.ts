import { CommandError } from '../cli/command-error.ts';
import type { CliContext } from '../cli/context.ts';
import { version } from '../version.ts';
import { fullPlan, shortPlan } from './plan.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/scenarios.ts';
import { verify } from './verify.ts';

export interface VerifyFlags {
  seed?: number;
  seconds?: number;
  full?: boolean;
  only?: string[];
  list?: boolean;
}

const chosen = (names: readonly string[] | undefined): readonly Scenario[] => {
  for (const name of names ?? [])
    if (!scenarios.some((scenario) => scenario.name === name))
      throw new CommandError(`There is no scenario ${JSON.stringify(name)}: hearth verify --list names them`, 2);
  return names ? scenarios.filter(({ name }) => names.includes(name)) : scenarios;
};

/** Runs `hearth verify`. Resolves with its exit code. */
export async function runVerify({ terminal, signals }: CliContext, flags: VerifyFlags): Promise<0 | 1> {
  const say = (line: string): void => terminal.write(`${line}\n`);
  const playing = chosen(flags.only);
  if (flags.list) {
    for (const { name, shows } of playing) say(`${name.padEnd(16)} ${shows}`);
    return 0;
  }
  const seed = flags.seed ?? Math.floor(Math.random() * 1e6);
  const plan = flags.full ? fullPlan : shortPlan;
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, onSignal);
  const since = performance.now();
  say(`hearth ${version}, seed ${seed}`);
  const outcomes = await verify({
    scenarios: playing,
    seed,
    plan: { ...plan, soak: flags.seconds ?? plan.soak },
    say,
    signal: abort.signal,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.off(signal, onSignal);
  const { ok, failed, skipped } = outcomes;
  const counts = [`${ok.length} ok`, `${failed.length} failed`];
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  const again = failed.length > 0 ? `; again: hearth verify --seed ${seed} --only ${failed.join(' ')}` : '';
  say(`${counts.join(', ')} in ${Math.round((performance.now() - since) / 1000)} s, seed ${seed}${again}`);
  return failed.length > 0 || abort.signal.aborted ? 1 : 0;
}
