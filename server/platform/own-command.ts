import { join } from 'node:path';

/** How to start this very Hearth again: the binary by itself, the sources with the Bun that runs them. */
export const ownCommand: readonly string[] = Bun.isStandaloneExecutable
  ? [process.execPath]
  : [process.execPath, join(import.meta.dir, '../main.ts')];

/** What a child needs of the environment; nothing that would configure it. */
export const bareEnvironment = (): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'NODE_ENV', 'SYSTEMROOT', 'TEMP', 'TMP']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
};
