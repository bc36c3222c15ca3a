import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';

const isBelow = (folder: string, path: string): boolean => path.startsWith(folder + sep);

/** A relative path below a folder, made absolute; undefined where it leads out. What symbolic links do is not looked at. */
export function below(folder: string, relativePath: string): string | undefined {
  if (relativePath === '' || relativePath.includes('\0') || isAbsolute(relativePath)) return undefined;
  const path = resolve(folder, relativePath);
  return isBelow(folder, path) ? path : undefined;
}

/** The real path of what lies below a folder, links followed; undefined where it leads out or nothing is there. */
export async function realBelow(folder: string, path: string): Promise<string | undefined> {
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(path)]);
    return isBelow(root, real) ? real : undefined;
  } catch {
    return undefined;
  }
}
