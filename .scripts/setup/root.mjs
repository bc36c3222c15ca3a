import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, whatever folder a command is started in. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
