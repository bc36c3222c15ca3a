import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildModuleTypes } from './module-types.ts';
import { runtimeFor } from './runtimes.ts';
import { hashSources, root } from './sources.ts';
import { fileName, hostTarget, type Target } from './targets.ts';
import { buildWeb } from './web.ts';

const stamps = join(root, 'node_modules', '.cache', 'hearth', 'built');

/** Builds `dist/hearth` for this machine, or `dist/hearth-<target>`, unless it is there already. Returns its path. */
export async function buildBinary(target?: Target): Promise<string> {
  await buildWeb();
  const outfile = join(root, 'dist', fileName(target));
  const stamp = Bun.file(join(stamps, fileName(target)));
  const sources = await hashSources(['server', 'web', 'shared', '.scripts/build', 'package.json', 'bun.lock']);
  const wanted = async () => `${sources} ${Bun.version} ${(await Bun.file(outfile).stat()).mtimeMs}`;
  const isThere = (await Bun.file(outfile).exists()) && (await stamp.exists());
  if (isThere && (await stamp.text()) === (await wanted())) return outfile;
  await compile(outfile, target);
  await mkdir(stamps, { recursive: true });
  await stamp.write(await wanted());
  return outfile;
}

async function compile(outfile: string, target?: Target): Promise<void> {
  const foreign = target && target !== hostTarget() ? target : undefined;
  const { outputs } = await Bun.build({
    entrypoints: [join(root, 'server', 'main.ts')],
    root,
    target: 'bun',
    // Without this, bytecode freezes import.meta.dir to a path of the build machine.
    format: 'esm',
    bytecode: true,
    sourcemap: 'linked',
    // Elysia reads the source of handlers that destructure: their names have to stay.
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: { 'process.env.NODE_ENV': '"production"' },
    compile: {
      outfile,
      ...(foreign && { target: foreign.bun, executablePath: await runtimeFor(foreign) }),
      assets: [
        join(root, 'web', 'dist'),
        join(root, 'server', 'migrations'),
        join(root, 'server', 'host', 'shipped'),
        await buildModuleTypes(),
      ],
      // A stray bunfig.toml or .env in the folder Hearth is started in must not change what it does.
      autoloadBunfig: false,
      autoloadDotenv: false,
      // Packages beside a user's module are found by what their package.json says.
      autoloadPackageJson: true,
    },
  });
  // Stack traces read the copy inside the binary.
  for (const { kind, path } of outputs) if (kind === 'sourcemap') await rm(path);
}
