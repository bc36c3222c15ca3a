import { type Config, type ConfigFlags, type Environment, parseConfig } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import type { SignalSource } from '../platform/shutdown.ts';
import type { Terminal } from './terminal.ts';

/** What a command may use of the world. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signals: SignalSource;
}

/** Flags and environment of a command as the configuration. Throws ConfigError. */
export const configOf = ({ env, cwd, terminal }: CliContext, flags: ConfigFlags): Config =>
  parseConfig({ flags, env, cwd, terminal: terminal.isTerminal });

/** The server's log: warnings and errors on standard error, the rest on standard output. */
export const serverLog = ({ terminal, clock }: CliContext, { logLevel, logFormat }: Config): Logger =>
  createLogger({
    level: logLevel,
    format: logFormat,
    now: clock.now,
    colours: logFormat === 'pretty' && terminal.isTerminal,
    write: (line, level) => (level === 'warn' || level === 'error' ? terminal.error(line) : terminal.write(line)),
  });

/** The log of a command that does its work and ends: only what went wrong, beside its output. */
export const commandLog = ({ terminal, clock }: CliContext): Logger =>
  createLogger({ level: 'warn', format: 'pretty', now: clock.now, write: (line) => terminal.error(line) });
