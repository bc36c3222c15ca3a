import { type FSWatcher, statSync, watch } from 'node:fs';
import { sep } from 'node:path';
import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds without a change after which what was saved counts as whole: editors write in several steps. */
const QUIET = 50;
/** Milliseconds between looks for the folder itself: it may come later, or be replaced. */
const LOOK = 2000;

export interface WatchOptions {
  folder: string;
  clock: Clock;
  /** Something in these folders has changed, or they came or went. */
  changed: (names: ReadonlySet<string>) => void;
  /** The folder came, went or was replaced: everything may have changed. */
  replaced: () => void;
  /** Changes are not noticed any more. */
  failed: (error: unknown) => void;
}

/** Files that editors write beside what they save, and folders that are nobody's source. */
const isHidden = (path: readonly string[]): boolean => path.some((part) => part.startsWith('.') || part.endsWith('~'));

const identityOf = (folder: string): string | undefined => {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined;
};

/** Watches the folder of modules. Hidden files and folders count for nothing. */
export function watchFolder({ folder, clock, changed, replaced, failed }: WatchOptions): { stop(): void } {
  let watcher: FSWatcher | undefined;
  let identity: string | undefined;
  let names = new Set<string>();
  let timer: Timer | undefined;

  const flush = (): void => {
    timer = undefined;
    const gathered = names;
    names = new Set();
    changed(gathered);
  };
  const note = (path: string | null): void => {
    const parts = path?.split(sep) ?? [];
    const [name] = parts;
    if (name === undefined || name === '' || isHidden(parts)) return;
    names.add(name);
    timer?.cancel();
    timer = clock.setTimeout(flush, QUIET);
  };
  const close = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const look = (): boolean => {
    const found = identityOf(folder);
    if (found === identity) return false;
    identity = found;
    close();
    if (found === undefined) return true;
    try {
      watcher = watch(folder, { recursive: true }, (_, path) => note(path));
      watcher.on('error', failed);
    } catch (error) {
      failed(error);
    }
    return true;
  };
  look();
  const looking = clock.setInterval(() => {
    if (look()) replaced();
  }, LOOK);

  return {
    stop() {
      looking.cancel();
      timer?.cancel();
      close();
    },
  };
}
