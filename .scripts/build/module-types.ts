import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { hashSources, root } from './sources.ts';

const folder = join(root, 'node_modules', '.cache', 'hearth', 'module-types');

/** What an author's editor needs: path below `.hearth` → text. */
type Types = Record<string, string>;

/** Packages whose types come along: what a module and its page can import without installing anything. */
const packages: readonly { name: string; without: RegExp }[] = [
  { name: 'zod', without: /^(?:src|v3|mini|v4-mini|v4\/mini)\// },
  { name: 'solid-js', without: /^(?:universal|html)\// },
  { name: 'bun-types', without: /^docs\// },
  { name: '@types/node', without: /^ts5/ },
  { name: 'undici-types', without: /^$/ },
];

async function typesOfPackage({ name, without }: (typeof packages)[number]): Promise<Types> {
  const cwd = join(root, 'node_modules', name);
  const types: Types = {};
  for await (const path of new Bun.Glob('**/{*.d.ts,package.json}').scan({ cwd, followSymlinks: true }))
    if (!without.test(path)) types[`node_modules/${name}/${path}`] = await Bun.file(join(cwd, path)).text();
  return types;
}

/** zod's own `package.json` points at declarations for CommonJS, which are left out. */
const zodPackage = async (): Promise<Types> => {
  const { name, version, license, type } = await Bun.file(join(root, 'node_modules/zod/package.json')).json();
  return { 'node_modules/zod/package.json': JSON.stringify({ name, version, license, type, types: './index.d.ts' }) };
};

/** The declarations of `hearth:sdk` and `hearth:page`, as the compiler derives them. */
async function typesOfSdk(): Promise<Types> {
  const out = join(folder, 'declarations');
  await rm(out, { recursive: true, force: true });
  const project = join(folder, 'tsconfig.json');
  await Bun.write(
    project,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: out, rootDir: root },
      include: [],
      files: [join(root, 'server/host/sdk/sdk.ts'), join(root, 'shared/client/frame.ts')],
    }),
  );
  const tsc = Bun.spawn([process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const [output, code] = await Promise.all([new Response(tsc.stdout).text(), tsc.exited]);
  if (code !== 0) throw new Error(`The types of hearth:sdk could not be made:\n${output}`);
  const types: Types = {};
  for await (const path of new Bun.Glob('**/*.d.ts').scan({ cwd: out }))
    types[path] = await Bun.file(join(out, path)).text();
  return types;
}

/**
 * Makes `module-types.json.gz`: the declarations that `hearth module new` puts beside modules. Returns its path. Made again
 * only when something has changed.
 */
export async function buildModuleTypes(): Promise<string> {
  const file = join(folder, 'module-types.json.gz');
  const stamp = Bun.file(join(folder, 'stamp'));
  const sources = await hashSources([
    ...['server/host/sdk', 'shared', '.scripts/build/module-types.ts'],
    ...['package.json', 'bun.lock', 'tsconfig.json'],
  ]);
  if ((await Bun.file(file).exists()) && (await stamp.exists()) && (await stamp.text()) === sources) return file;
  await mkdir(folder, { recursive: true });
  const types: Types = await typesOfSdk();
  for (const each of packages) Object.assign(types, await typesOfPackage(each));
  Object.assign(types, await zodPackage());
  await Bun.write(file, gzipSync(JSON.stringify(types), { level: 9 }));
  await stamp.write(sources);
  return file;
}
