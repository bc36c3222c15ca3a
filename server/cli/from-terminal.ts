import { systemClock } from '../platform/clock.ts';
import { createIds } from '../platform/ids.ts';
import { runCommand } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Runs the command of this process's arguments and ends it with the command's exit code. */
export async function runFromTerminal(): Promise<never> {
  // Everything that Hearth writes is its owner's alone: messages, keys, backups.
  process.umask(0o077);
  const terminal = processTerminal();
  const code = await runCommand(process.argv.slice(2), {
    terminal,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    ids: createIds(systemClock),
    signals: process,
  });
  await terminal.flushed();
  process.exit(code);
}
