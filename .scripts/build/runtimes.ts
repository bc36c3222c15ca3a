import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './sources.ts';
import type { Target } from './targets.ts';

const cache = join(root, 'node_modules', '.cache', 'hearth', 'runtimes');

/**
 * The Bun of another platform, as the package registry has it. The project's lockfile names the packages of all platforms
 * (they are optional dependencies of `bun`); its line is copied, so that what comes is exactly what was locked.
 */
export async function runtimeFor(target: Target): Promise<string> {
  const locked = await lockedPackage(target.package);
  const folder = join(cache, `${target.name}-${Bun.version}`);
  const program = join(folder, 'node_modules', target.package, 'bin', target.os === 'win32' ? 'bun.exe' : 'bun');
  if (await Bun.file(program).exists()) return program;
  const dependencies = { [target.package]: Bun.version };
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await Bun.write(
    join(folder, 'bun.lock'),
    `{ "lockfileVersion": 2, "configVersion": 1, "workspaces": { "": { "dependencies": ${JSON.stringify(dependencies)} } }, "packages": { ${locked} } }`,
  );
  const install = Bun.spawn(
    [process.execPath, 'install', '--frozen-lockfile', '--ignore-scripts', '--os=*', '--cpu=*', '--libc=*'],
    { cwd: folder, stdout: 'ignore', stderr: 'inherit' },
  );
  if ((await install.exited) !== 0 || !(await Bun.file(program).exists()))
    throw new Error(`Bun for ${target.name} could not be fetched`);
  return program;
}

async function lockedPackage(name: string): Promise<string> {
  const lock = await Bun.file(join(root, 'bun.lock')).text();
  const line = lock.split('\n').find((text) => text.trim().startsWith(`"${name}": ["${name}@${Bun.version}"`));
  if (!line) throw new Error(`bun.lock names no ${name} ${Bun.version}`);
  return line.trim().replace(/,$/, '');
}
