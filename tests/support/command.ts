import { join } from 'node:path';

/** Hearth from the working tree, to be followed by its arguments. */
export const hearth: readonly string[] = [process.execPath, join(import.meta.dir, '../../server/main.ts')];
