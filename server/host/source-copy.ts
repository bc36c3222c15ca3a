import { copyFile, mkdir, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join, sep } from 'node:path';
import { LoadError } from './instance.ts';

/** What a module's own source may be; everything larger belongs into its data folder. */
const MOST_ENTRIES = 5000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Files inside the binary can be read, but not copied by the operating system. */
const isEmbedded = (folder: string): boolean => folder.startsWith('/$bunfs/') || /^[A-Z]:[\\/]~BUN[\\/]/.test(folder);

/**
 * Copies a module's source to where it runs from, so that instances that are started later, or again after a crash, run
 * what was loaded and not what somebody is just typing. Packages are not copied but linked to. Throws LoadError for a
 * source that is too large or leads out of its folder; nothing is left then.
 */
export async function copySource(from: string, to: string): Promise<void> {
  const root = await realpath(from).catch(() => from);
  const plain = isEmbedded(from);
  let entries = 0;
  let bytes = 0;

  const copy = async (path: string): Promise<void> => {
    await mkdir(join(to, path), { mode: 0o700 });
    for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
      const name = join(path, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.name === 'node_modules') {
        await symlink(await realpath(join(root, name)), join(to, name));
        continue;
      }
      const real = entry.isSymbolicLink() ? await realpath(join(root, name)).catch(() => '') : join(root, name);
      if (entry.isSymbolicLink() && !real.startsWith(root + sep))
        throw new LoadError(`${name} is a link that leads out of the module's folder`);
      const found = await stat(real);
      if (++entries > MOST_ENTRIES || (found.isFile() && (bytes += found.size) > MOST_BYTES))
        throw new LoadError('Its folder is too large: put what is no source into the module’s data folder');
      if (entry.isDirectory()) await copy(name);
      else {
        // To read a pipe would be to wait for whoever writes to it.
        if (!found.isFile()) throw new LoadError(`${name} is no file that could be copied`);
        if (plain) await writeFile(join(to, name), await readFile(real), { mode: 0o600 });
        else await copyFile(real, join(to, name), constants.COPYFILE_FICLONE);
      }
    }
  };

  try {
    await copy('');
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    throw error;
  }
}
