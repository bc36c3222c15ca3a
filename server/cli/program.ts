import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addBackupCommands } from './backup.ts';
import { addBenchCommand } from './bench.ts';
import { addBroadcastCommand } from './broadcast.ts';
import { type ExitCode, explain } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { addConnectionsCommand } from './connections.ts';
import type { CliContext } from './context.ts';
import { addDoctorCommand } from './doctor/doctor.ts';
import { addHealthCommand } from './health.ts';
import { addInviteCommand } from './invite.ts';
import { addModuleCommands } from './module/module.ts';
import { addServeCommand } from './serve.ts';
import { addStatsCommand } from './stats.ts';
import { addUserCommands } from './user.ts';
import { addVerifyCommand } from './verify.ts';

const examples = `
Examples:
  hearth                                  start, and open http://localhost:3000
  hearth --port 8080 --host 0.0.0.0       start for the whole network
  hearth invite --role member --expires 7d
  hearth broadcast "The server restarts at noon"
  hearth module new weather
  hearth backup team.hearth --with-keys
  hearth doctor

Each flag of "hearth serve --help" is an environment variable, too: --port is HEARTH_PORT. A flag comes first.
Exit codes: 0 done, 1 failed, 2 cannot start as asked.`;

const addVersionCommand = ({ program, context }: CommandHost): void => {
  program
    .command('version')
    .description('print the version')
    .action(() =>
      context.terminal.write(`hearth ${version} (bun ${Bun.version}, ${process.platform} ${process.arch})\n`),
    );
};

/** All commands. Help and errors of the argument parser go to the context's terminal; `exitWith` hears of the rest. */
export function createProgram(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  const program = new Command('hearth')
    .description('Chat rooms, live dashboards and modules for a small team, in one file.')
    .version(`hearth ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.write(text),
      writeErr: (text) => context.terminal.error(text),
      outputError: () => {},
      getOutHelpWidth: () => 110,
    });
  const host: CommandHost = { program, context, exitWith };
  addServeCommand(host);
  addUserCommands(host);
  addInviteCommand(host);
  addBroadcastCommand(host);
  addConnectionsCommand(host);
  addStatsCommand(host);
  addModuleCommands(host);
  addBackupCommands(host);
  addDoctorCommand(host);
  addHealthCommand(host);
  addVerifyCommand(host);
  addBenchCommand(host);
  addVersionCommand(host);
  return program;
}

/** One line: what the parser says, without its own prefix. */
const usageMessage = ({ message }: CommanderError): string =>
  `${message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')} (hearth --help tells more)`;

/** Runs the command that the arguments name. Resolves with the exit code and never rejects. */
export async function runCommand(args: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram(context, (given) => {
    code = given;
  });
  const fail = (message: string): void => context.terminal.error(`hearth: ${message}\n`);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // A command group without a command has shown its help.
      if (error.code !== 'commander.help') fail(usageMessage(error));
      return 2;
    }
    const known = explain(error);
    fail(
      known
        ? known.message
        : `this is a fault of Hearth: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return known?.exitCode ?? 1;
  }
}
