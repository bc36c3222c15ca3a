import { realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { percent } from './percent.ts';
import { readText } from './read-text.ts';

/** The file system that holds the data folder; sizes in bytes. */
export interface Disk {
  mount: string;
  total: number;
  used: number;
  /** Of what this process may use: blocks reserved for root are neither used nor free. */
  share: number | null;
}

/** `proc` is null where there is no mount table; the folder then stands for its mount. */
export async function readDisk(proc: string | null, folder: string): Promise<Disk | null> {
  try {
    const { blocks, bfree, bavail, bsize } = await statfs(folder);
    if (blocks <= 0) return null;
    const used = Math.max(0, blocks - bfree);
    const mounts = proc === null ? null : await readText(join(proc, 'self/mounts'));
    const path = await realpath(folder);
    return {
      mount: mounts === null ? path : mountOf(path, mounts),
      total: blocks * bsize,
      used: used * bsize,
      share: percent(used, used + bavail),
    };
  } catch {
    return null;
  }
}

/** The deepest mount point that contains `path`. */
export function mountOf(path: string, mounts: string): string {
  let best = '/';
  for (const line of mounts.split('\n')) {
    const point = unescape(line.split(' ')[1] ?? '');
    const contains = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
    if (point && contains && point.length > best.length) best = point;
  }
  return best;
}

/** The kernel writes blanks and backslashes of a mount point as `\040` and the like. */
const unescape = (point: string): string =>
  point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
