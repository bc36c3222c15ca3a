import type { Command } from 'commander';
import type { VerifyFlags } from '../verify/run.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { atLeast } from './whole-number.ts';

/** `hearth verify`: whether this Hearth keeps its promises on this machine. Loaded when it is asked for. */
export function addVerifyCommand({ program, context, exitWith }: CommandHost): void {
  program
    .command('verify')
    .description('start a Hearth on a scratch folder, break it in many ways, and check that nothing is lost')
    .option('--seed <number>', 'repeat the choices of an earlier run', atLeast(0))
    .option('--seconds <number>', 'how long to look for leaks (default: 5, with --full 3600)', atLeast(0))
    .option('--full', 'more of everything: takes more than an hour')
    .option('--only <name...>', 'only these scenarios')
    .option('--list', 'say what there is')
    .action(async (flags: VerifyFlags) => {
      const { runVerify } = await import('../verify/run.ts');
      exitWith(await runVerify(context, flags));
    });
  withSettings(program.command('verify-server', { hidden: true }), [
    'port',
    'host',
    'data',
    'logLevel',
    'logFormat',
  ]).action(async (_options: unknown, command: Command) => {
    const { runLevered } = await import('../verify/levered-server.ts');
    exitWith(await runLevered(context, configOf(context, settingsOf(command))));
  });
}
