import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The modules that come with Hearth: in the binary, or beside this file. */
export function shippedModules(): { id: string; folder: string }[] {
  const all = join(import.meta.dir, 'shipped');
  return readdirSync(all)
    .toSorted()
    .map((id) => ({ id, folder: join(all, id) }))
    .filter(({ folder }) => existsSync(join(folder, 'module.ts')));
}
