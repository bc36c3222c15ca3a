import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError } from '../cli/command-error.ts';
import type { CliContext } from '../cli/context.ts';
import { reasonOf } from '../platform/data-folder-error.ts';
import { version } from '../version.ts';
import { Bench } from './bench.ts';
import { describeMachine, lookAtMachine, type Machine } from './machine.ts';
import { linesOfResult, type Result, resultOf, type Rounds, tableOf } from './report.ts';
import { reduced, type Workload } from './workload.ts';
import { workloads } from './workloads/workloads.ts';

export interface BenchFlags {
  rounds: number;
  /** Seconds for which each round waits until nobody else uses the machine, at most. */
  patience: number;
  clients?: number;
  json?: string;
  list?: boolean;
}

/** Bytes of a recovered frame, until Hearth has said. */
const FRAME_BYTES = 560;

const chosen = (names: readonly string[]): readonly Workload[] => {
  const found = names.map((name) => workloads.find((workload) => workload.name === name));
  const at = found.indexOf(undefined);
  if (at >= 0)
    throw new CommandError(`There is no workload ${JSON.stringify(names[at])}: hearth bench --list names them`, 2);
  return names.length > 0 ? found.filter((workload) => workload !== undefined) : workloads;
};

/** Where results go after each workload, so that a run that is broken off has not been in vain. */
function keeperOf(path: string, at: string): (results: readonly Result[]) => void {
  const keep = (results: readonly Result[]): void =>
    writeFileSync(path, `${JSON.stringify({ at, version, machine: describeMachine(), results }, undefined, 2)}\n`);
  try {
    keep([]);
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`, 2);
  }
  return keep;
}

/** The workloads as this machine, and whoever asks, allows them. */
function fitted(
  chosen: readonly Workload[],
  machine: Machine,
  asked: number | undefined,
  say: (line: string) => void,
): readonly Workload[] {
  const possible = chosen.map((workload) => reduced(workload, machine.clients));
  for (const { name, clients } of possible.filter((workload, i) => workload.clients < (chosen[i]?.clients ?? 0)))
    say(`${name}: ${clients} connections, because this machine allows no more.`);
  return chosen.map((workload) => reduced(workload, Math.min(machine.clients, asked ?? machine.clients)));
}

/** Runs `hearth bench`. Resolves with its exit code. */
export async function runBench(context: CliContext, names: readonly string[], flags: BenchFlags): Promise<0 | 1> {
  const { terminal, signals, clock, cwd } = context;
  const say = (line: string): void => terminal.write(`${line}\n`);
  const asked = chosen(names);
  if (flags.list) {
    for (const { name, title } of asked) say(`${name.padEnd(12)} ${title}`);
    return 0;
  }
  const keep =
    flags.json === undefined ? undefined : keeperOf(resolve(cwd, flags.json), new Date(clock.now()).toISOString());

  const { cpu = 'a processor that does not say', cores, platform, arch } = describeMachine();
  say(`hearth ${version}, ${cores} × ${cpu}, ${platform} ${arch}`);
  const machine = lookAtMachine();
  for (const remark of machine.remarks) say(remark);
  const playing = fitted(asked, machine, flags.clients, say);

  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, onSignal);
  const bench = new Bench(machine, abort.signal);
  const results: Result[] = [];
  let failed = false;

  const measure = async (workload: Workload): Promise<Result> => {
    const found: Rounds = {};
    let frameBytes = FRAME_BYTES;
    for (let i = 0; i < flags.rounds; i++)
      for (const target of workload.targets) {
        await bench.settle(flags.patience);
        const round = await bench.run(workload, target, frameBytes);
        terminal.write('.');
        frameBytes = round.frameBytes ?? frameBytes;
        (found[target] ??= []).push(round);
      }
    return resultOf(workload, found);
  };

  const since = performance.now();
  try {
    for (const workload of playing) {
      terminal.write(`${workload.name.padEnd(12)} ${workload.title} `);
      try {
        const result = await measure(workload);
        results.push(result);
        say('');
        for (const line of linesOfResult(result)) say(`${''.padEnd(12)} ${line}`);
        keep?.(results);
      } catch (error) {
        say('');
        // Its processes were ended under it.
        if (abort.signal.aborted) break;
        failed = true;
        terminal.error(`hearth: ${workload.name}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  } finally {
    bench.clear();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.off(signal, onSignal);
  }
  if (results.length > 0) say(`\n${tableOf(results)}`);
  if (results.some(({ disturbed }) => disturbed))
    say('disturbed: others used this machine in every round; --rounds tries more often, --patience waits for them.');
  say(abort.signal.aborted ? 'Interrupted' : `${Math.round((performance.now() - since) / 1000)} s`);
  return failed || abort.signal.aborted ? 1 : 0;
}
