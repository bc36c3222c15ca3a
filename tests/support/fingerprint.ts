import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a folder with its mode and the digest of its content, to tell that nothing was changed. */
export function fingerprint(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    // Closing a lock file lets go of this process's lock on it.
    const digest =
      stat.isFile() && !name.endsWith('.lock') ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
    found[name] = `${(stat.mode & 0o7777).toString(8)} ${digest}`;
  }
  return found;
}
