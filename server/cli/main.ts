import { systemClock } from '../platform/clock.ts';
import { createIds } from '../platform/ids.ts';
import { runCommand } from './program.ts';
import { processTerminal } from './terminal.ts';

/** Runs the command that this process was started with. Returns the exit code, once everything is written. */
export async function main(): Promise<number> {
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
  return code;
}
