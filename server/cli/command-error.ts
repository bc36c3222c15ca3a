import { ConfigError } from '../config.ts';
import { BackupError } from '../platform/backup/backup-error.ts';
import { DataFolderError, isSystemError } from '../platform/data-folder-error.ts';
import { UnusableDatabaseError } from '../platform/db/db.ts';
import { NewerDatabaseError } from '../platform/db/migrate.ts';
import { ListenError } from '../platform/http/server.ts';

/** 0 done, 1 failed, 2 cannot start as asked. */
export type ExitCode = 0 | 1 | 2;

/** A command that could not do what it was asked. The message is one line for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const cannotStart = [ConfigError, DataFolderError, NewerDatabaseError, UnusableDatabaseError, ListenError];

/** The exit code and line of an error that was to be expected; undefined for a bug. */
export function explain(error: unknown): { exitCode: ExitCode; message: string } | undefined {
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof BackupError) return { exitCode: 1, message: error.message };
  if (error instanceof Error && cannotStart.some((kind) => error instanceof kind))
    return { exitCode: 2, message: error.message };
  if (error instanceof Error && error.name === 'AbortError') return { exitCode: 1, message: 'Interrupted' };
  if (error instanceof Error && isSystemError(error)) return { exitCode: 1, message: error.message };
  return undefined;
}
