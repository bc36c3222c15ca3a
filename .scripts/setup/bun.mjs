import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output, run } from './child.mjs';
import { root } from './root.mjs';
import { SetupError } from './setup-error.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The pinned version of Bun, from `packageManager`. */
export const bunVersion = manifest.packageManager.split('@')[1];

const isPinned = (program) => output(program, ['--version']) === bunVersion;

/**
 * The Bun that the packages under `folder` hold. The `bun` package gets its program by an install script, which moves it
 * there from the package of the platform; where npm blocks that script, it is still in the latter.
 */
export function bunIn(folder) {
  const modules = join(folder, 'node_modules');
  const scope = join(modules, '@oven');
  const name = process.platform === 'win32' ? 'bun.exe' : 'bun';
  const platforms = existsSync(scope) ? readdirSync(scope).map((platform) => join(scope, platform, 'bin', name)) : [];
  return [join(modules, 'bun', 'bin', 'bun.exe'), ...platforms].find((file) => existsSync(file) && isPinned(file));
}

/**
 * The pinned Bun: the project's own, the one running this, the one on the PATH, else one fetched by the package client
 * at hand into a folder that `dispose` removes.
 */
export async function findBun() {
  const keep = () => {};
  const own = bunIn(root);
  if (own) return { program: own, dispose: keep };
  if (process.versions.bun === bunVersion) return { program: process.execPath, dispose: keep };
  if (isPinned('bun')) return { program: 'bun', dispose: keep };
  return fetchBun();
}

async function fetchBun() {
  process.stderr.write(`Fetching Bun ${bunVersion} …\n`);
  const folder = mkdtempSync(join(tmpdir(), 'hearth-setup-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { bun: bunVersion } }));
  const [program, ...args] = packageClient();
  const code = await run(program, [...args, 'install', '--ignore-scripts'], { cwd: folder });
  const bun = code === 0 ? bunIn(folder) : undefined;
  if (bun) return { program: bun, dispose };
  dispose();
  throw new SetupError(`Bun ${bunVersion} could not be installed: install it from https://bun.com and try again`);
}

/** Bun of another version fetches the pinned one; otherwise npm does: the very one that started us, if it says so. */
function packageClient() {
  if (process.versions.bun) return [process.execPath];
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('npm-cli.js')) return [process.execPath, npm];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
