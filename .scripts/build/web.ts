import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build as buildWithVite } from 'vite';
import { compress } from './compress.ts';
import { hashSources, root } from './sources.ts';

const dist = join(root, 'web', 'dist');
const stamp = join(dist, 'build.json');

/** What the built web app says about itself; the server reads it to name its build. */
export interface WebBuild {
  build: string;
}

/** The name of the build that the present sources make. */
export async function webBuildName(): Promise<string> {
  const hash = await hashSources([
    'web',
    'shared',
    'server/modules/README.md',
    'server/modules/README.de.md',
    '.scripts/build',
    'package.json',
    'bun.lock',
    'tsconfig.json',
  ]);
  return hash.slice(0, 12);
}

/** Builds the web app and the SDK into `web/dist`, unless they are there already. Returns the name of the build. */
export async function buildWeb(): Promise<string> {
  const build = await webBuildName();
  if ((await builtName()) === build) return build;
  process.env.HEARTH_BUILD = build;
  await buildWithVite({ configFile: join(root, 'web', 'vite.config.ts'), logLevel: 'warn' });
  await Bun.write(join(dist, 'sdk.js'), await bundleSdk());
  await compressFolder(dist);
  await Bun.write(stamp, JSON.stringify({ build } satisfies WebBuild));
  return build;
}

/** The SDK as one module for pages without a build step. */
export async function bundleSdk(): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(root, 'shared', 'client', 'sdk.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
  });
  const [bundle] = result.outputs;
  if (!bundle) throw new Error('The SDK could not be bundled');
  return bundle.text();
}

/** The name of the build that lies in `web/dist`, `dev` where there is none. */
export async function builtName(): Promise<string> {
  const file = Bun.file(stamp);
  const content: Partial<WebBuild> = (await file.exists()) ? await file.json().catch(() => ({})) : {};
  return content.build ?? 'dev';
}

async function compressFolder(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) await compress(path);
  }
}
