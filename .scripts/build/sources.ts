import { join, relative, resolve } from 'node:path';

/** The repository's folder. */
export const root = join(import.meta.dir, '..', '..');

const ignored = /(^|\/)(node_modules|dist)\//;

/**
 * Names the content of files by a hash, so that what is built from them is only built again when one has changed, and the
 * same sources always make the same build. `paths` are files and folders, relative ones within the repository.
 */
export async function hashSources(paths: readonly string[]): Promise<string> {
  const found = await Promise.all(paths.map(filesAt));
  const hash = new Bun.CryptoHasher('sha256');
  for (const file of found.flat().sort()) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(await Bun.file(file).bytes());
    hash.update('\0');
  }
  return hash.digest('hex');
}

async function filesAt(path: string): Promise<string[]> {
  const absolute = resolve(root, path);
  if (await Bun.file(absolute).exists()) return [absolute];
  const files = await Array.fromAsync(new Bun.Glob('**/*').scan({ cwd: absolute, dot: true, onlyFiles: true }));
  return files.filter((file) => !ignored.test(file)).map((file) => join(absolute, file));
}
