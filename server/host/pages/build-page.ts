import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { extname, isAbsolute, join, sep } from 'node:path';
import { LoadError } from '../instance.ts';
import { type BundlerOptions, runBundler } from './bundler-process.ts';

/** A module whose page is bundled. Absolute paths. */
export interface PageOrigin {
  id: string;
  folder: string;
  /** As the manifest says it: relative to the folder. */
  page: string;
  /** Where the module's data lies; bundles are kept in `page/` there. */
  dataFolder: string;
}

/** A bundled page on disk. */
export interface PageBuild {
  /** Names the bundle by what is in it. */
  hash: string;
  /** Real path of its folder. */
  folder: string;
  /** Name → bytes. There are no folders within. */
  files: ReadonlyMap<string, number>;
}

export const INDEX = 'index.html';
const MOST_FILES = 1000;
const MOST_BYTES = 64 * 1024 * 1024;
/** A name that needs no quoting anywhere: in a path, an address or a policy. */
const plainName = /^[\w@+][\w.@+ -]{0,199}$/;

/** The entry's real path. Rejects with LoadError where it leaves the module's folder or is no page. */
async function entryOf({ folder, page }: PageOrigin): Promise<string> {
  if (isAbsolute(page) || page.includes('\0')) throw new LoadError(`The page "${page}" must be a path in the module`);
  if (!['.html', '.tsx', '.jsx'].includes(extname(page)))
    throw new LoadError(`The page "${page}" must be an .html, .tsx or .jsx file`);
  const root = await realpath(folder);
  const entry = await realpath(join(root, page)).catch(() => undefined);
  if (entry === undefined) throw new LoadError(`There is no file ${page}`);
  if (!entry.startsWith(root + sep)) throw new LoadError(`The page "${page}" lies outside of the module's folder`);
  if (!(await lstat(entry)).isFile()) throw new LoadError(`The page "${page}" is not a file`);
  return entry;
}

/** The folder of bundles. The module can write beside it, so a link in its place is taken away and not followed. */
async function bundlesOf(dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'page');
  const found = await lstat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) await rm(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return realpath(folder);
}

/** What the bundler left, looked at as something that a stranger left. */
async function inspect(folder: string): Promise<{ hash: string; files: Map<string, number> }> {
  const hasher = new Bun.CryptoHasher('sha256');
  const files = new Map<string, number>();
  let total = 0;
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const found = await lstat(path);
    if (!found.isFile() || found.nlink !== 1 || !plainName.test(name))
      throw new LoadError(`The bundle holds something that is no plain file: ${name}`);
    total += found.size;
    if (files.size >= MOST_FILES || total > MOST_BYTES)
      throw new LoadError(`The bundle is too large: at most ${MOST_FILES} files and ${MOST_BYTES / 1024 ** 2} MiB`);
    files.set(name, found.size);
    hasher.update(`${name}\0${found.size}\0`);
    for await (const chunk of createReadStream(path)) hasher.update(chunk as Uint8Array);
  }
  if (!files.has(INDEX)) throw new LoadError('The bundle holds no page');
  return { hash: hasher.digest('hex').slice(0, 32), files };
}

/**
 * Bundles a module's page into `<dataFolder>/page/<hash>/`. Bundles named in `keep` stay beside it, others are removed.
 * Rejects with LoadError; nothing is changed then.
 */
export async function buildPage(
  origin: PageOrigin,
  { keep, ...options }: BundlerOptions & { keep: readonly string[] },
): Promise<PageBuild> {
  const entry = await entryOf(origin);
  const bundles = await bundlesOf(origin.dataFolder);
  const out = await mkdtemp(join(bundles, '.new-'));
  try {
    await runBundler({ folder: origin.folder, entry, out }, options);
    const { hash, files } = await inspect(out);
    const folder = join(bundles, hash);
    // The same bundle of an earlier start may have been changed since: what was looked at counts.
    await rm(folder, { recursive: true, force: true });
    await rename(out, folder);
    for (const name of await readdir(bundles))
      if (name !== hash && !keep.includes(name)) await rm(join(bundles, name), { recursive: true, force: true });
    return { hash, folder, files };
  } catch (error) {
    await rm(out, { recursive: true, force: true });
    throw error;
  }
}
