import type { Command } from 'commander';
import type { ExitCode } from './command-error.ts';
import type { CliContext } from './context.ts';

/** What a group of commands is made with. */
export interface CommandHost {
  readonly program: Command;
  readonly context: CliContext;
  /** Sets the exit code of a command that came to its end with something other than 0. */
  exitWith(code: ExitCode): void;
}
