import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bunIn, bunVersion } from './bun.mjs';
import { run } from './child.mjs';
import { root } from './root.mjs';
import { SetupError } from './setup-error.mjs';

const stamp = join(root, 'node_modules', '.hearth-installed');

/** Names what an installation depends on: the lockfile, the manifest, Bun and the platform. */
function wanted() {
  const hash = createHash('sha256').update(`${bunVersion} ${process.platform} ${process.arch}`);
  for (const name of ['bun.lock', 'package.json']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

/** Installs exactly what the lockfile names, unless that has been done. Returns the Bun to use from here on. */
export async function installDependencies({ program, dispose }) {
  try {
    const hash = wanted();
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return program;
    const code = await run(program, ['install', '--frozen-lockfile']);
    if (code !== 0) throw new SetupError('The dependencies could not be installed: see the lines above');
    writeFileSync(stamp, hash);
    return bunIn(root) ?? program;
  } finally {
    dispose();
  }
}
