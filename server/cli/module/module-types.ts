import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const NAME = 'module-types.json.gz';
const made = join(import.meta.dir, '../../../node_modules/.cache/hearth/module-types', NAME);

/**
 * Declarations of what modules can import, for their author's editor: path → text. They are in the binary; a working tree
 * has them once it was built. undefined where there are none.
 */
export function readModuleTypes(): ReadonlyMap<string, string> | undefined {
  const file = Bun.isStandaloneExecutable ? join(import.meta.dir, NAME) : made;
  if (!existsSync(file)) return undefined;
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return new Map(Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(text))));
}
