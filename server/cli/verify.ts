import type { Database } from 'bun:sqlite';
import { type Command, InvalidArgumentError } from 'commander';
import { dataPaths } from '../platform/data-folder.ts';
import { shutdownOnSignal } from '../platform/shutdown.ts';
import { startServer } from '../serve.ts';
import { createSettableClock, type Lever, pull } from '../verify/levers.ts';
import { fullPlan, shortPlan } from '../verify/plan.ts';
import { scenarios } from '../verify/scenarios/scenarios.ts';
import { verify } from '../verify/verify.ts';
import { verifyModule } from '../verify/verify-module.ts';
import { version } from '../version.ts';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { type CliContext, configOf, serverLog } from './context.ts';
import { noteRunning } from './running-server.ts';

interface VerifyFlags {
  seed?: number;
  seconds?: number;
  full?: boolean;
  only?: string[];
  list?: boolean;
}

const wholeNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const chosen = (names: readonly string[] | undefined) => {
  for (const name of names ?? [])
    if (!scenarios.some((scenario) => scenario.name === name))
      throw new CommandError(`There is no scenario ${JSON.stringify(name)}: hearth verify --list names them`, 2);
  return names ? scenarios.filter(({ name }) => names.includes(name)) : scenarios;
};

const runVerify = async (context: CliContext, flags: VerifyFlags): Promise<0 | 1> => {
  const { terminal, signals } = context;
  const say = (line: string): void => terminal.write(`${line}\n`);
  const playing = chosen(flags.only);
  if (flags.list) {
    for (const { name, shows } of playing) say(`${name.padEnd(18)} ${shows}`);
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
  const counts = [
    `${ok.length} ok`,
    `${failed.length} failed`,
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  const again = failed.length > 0 ? `; again: hearth verify --seed ${seed} --only ${failed.join(' ')}` : '';
  say(`${counts.join(', ')} in ${Math.round((performance.now() - since) / 1000)} s, seed ${seed}${again}`);
  return failed.length > 0 || abort.signal.aborted ? 1 : 0;
};

/** The server of some scenarios: as any other, but its clock can be set and its database be made to fail. */
const runLevered = async (context: CliContext, command: Command): Promise<0 | 1> => {
  const tell = process.send?.bind(process);
  if (!tell) throw new CommandError('Only hearth verify starts this', 2);
  const config = configOf(context, settingsOf(command));
  const log = serverLog(context, config);
  const clock = createSettableClock(context.clock);
  let database: Database | undefined;
  const server = await startServer({
    config,
    log,
    clock,
    modules: [verifyModule()],
    onDatabase(opened) {
      database = opened;
    },
  });
  process.on('message', (lever: Lever) => {
    if (!database) throw new Error('The server has no database');
    pull(lever, clock, database);
    tell('done');
  });
  noteRunning(dataPaths(config.data), { pid: process.pid, version, url: server.url, startedAt: clock.now() });
  return shutdownOnSignal({ drain: () => server.close(), log, clock: context.clock, source: context.signals });
};

/** `hearth verify`: whether this Hearth keeps its promises on this machine. */
export function addVerifyCommand({ program, context, exitWith }: CommandHost): void {
  program
    .command('verify')
    .description('start a Hearth on a scratch folder, break it in many ways, and check that nothing is lost')
    .option('--seed <number>', 'repeat the choices of an earlier run', wholeNumber)
    .option('--seconds <number>', 'how long to look for leaks (default: 5, with --full 3600)', wholeNumber)
    .option('--full', 'more of everything: takes hours')
    .option('--only <name...>', 'only these scenarios')
    .option('--list', 'say what there is')
    .action(async (flags: VerifyFlags) => exitWith(await runVerify(context, flags)));
  withSettings(program.command('verify-server', { hidden: true }), [
    'port',
    'host',
    'data',
    'logLevel',
    'logFormat',
  ]).action(async (_options: unknown, command: Command) => exitWith(await runLevered(context, command)));
}
