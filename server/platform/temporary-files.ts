import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';

/** How old something is that nobody can still be writing. */
const STALE = 60 * 60 * 1000;

/** Files that live as long as a call does. */
export interface TemporaryFiles {
  /** The absolute path of a file that is not there yet. It is nobody else's until it is removed. */
  reserve(): string;
  /** Deletes what still lies there. Never rejects: what cannot be deleted now is pruned later. */
  remove(path: string): Promise<void>;
  /** Deletes what was left behind. */
  prune(): Promise<void>;
}

export interface TemporaryFilesOptions {
  /** Absolute. Emptied: what lies there belonged to a process that is no more. */
  folder: string;
  clock: Clock;
  ids: Ids;
}

export function createTemporaryFiles({ folder, clock, ids }: TemporaryFilesOptions): TemporaryFiles {
  // It may be a link to a larger disk, and stays one.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  const held = new Set<string>();
  return {
    reserve() {
      const path = join(folder, ids.next('tmp'));
      held.add(path);
      return path;
    },
    async remove(path) {
      held.delete(path);
      await rm(path, { recursive: true, force: true }).catch(() => {});
    },
    async prune() {
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (held.has(path)) continue;
        const { mtimeMs } = await stat(path);
        if (clock.now() - mtimeMs > STALE) await rm(path, { recursive: true, force: true });
      }
    },
  };
}
