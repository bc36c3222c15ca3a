import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../platform/data-folder-error.ts';
import { CommandError } from './command-error.ts';
import type { CliContext } from './context.ts';

export interface SecretInput {
  /** Finishes "Password for ada@example.org: ". */
  question: string;
  /** Named on the command line. */
  file?: string | undefined;
  /** Environment variable that may hold it. */
  variable?: string;
  /** Asked a second time, so that a slip of the finger is noticed. */
  twice: boolean;
}

/** What a line-oriented program leaves at the end belongs to no password. */
const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '');

const readSecretFile = (file: string): string => {
  try {
    return withoutLineEnd(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${reasonOf(error)}`, 2);
  }
};

/**
 * A secret from a file, a variable, the person at the terminal, or a pipe: never from an argument, which other people
 * on the machine can see. Throws CommandError when it is empty or the two answers differ.
 */
export async function readSecret(
  { terminal, env, cwd }: CliContext,
  { question, file, variable, twice }: SecretInput,
): Promise<string> {
  const notEmpty = (secret: string | undefined): string => {
    if (secret === undefined || secret === '') throw new CommandError(`${question} was not given`);
    return secret;
  };
  if (file !== undefined) return notEmpty(readSecretFile(resolve(cwd, file)));
  const fromVariable = variable === undefined ? undefined : env[variable];
  if (fromVariable) return fromVariable;
  if (!terminal.canAsk) return notEmpty(withoutLineEnd(await terminal.readInput()));
  const first = notEmpty(await terminal.askSecret(`${question}: `));
  if (twice && notEmpty(await terminal.askSecret(`${question}, again: `)) !== first)
    throw new CommandError('The two are not the same: nothing was changed');
  return first;
}
