// The way in of every package script: makes this machine ready, then hands over to Bun. Plain JavaScript without
// dependencies, because it has to run on a fresh clone with nothing but Node (>= 20) or Bun (any version).
import { join } from 'node:path';
import { secondTries } from './second-tries.mjs';
import { findBun } from './setup/bun.mjs';
import { chromiumEnvironment } from './setup/chromium.mjs';
import { installDependencies } from './setup/dependencies.mjs';
import { run } from './setup/child.mjs';
import { root } from './setup/root.mjs';
import { SetupError } from './setup/setup-error.mjs';

const script = (name) => join(root, '.scripts', name);

/**
 * What each task runs, in order; the last command gets the arguments and decides the exit code. `listen` makes somebody who
 * reads what that prints and has lines to add at the end.
 */
const tasks = {
  start: {
    env: () => ({ NODE_ENV: 'production' }),
    commands: () => [[script('build.ts'), '--web'], [join(root, 'server', 'main.ts')]],
  },
  test: {
    env: (args) => (reaches(args, 'e2e') ? chromiumEnvironment() : {}),
    commands: (args) => [
      // Before the tests, so that none of those that need the binary builds it beside another.
      ...(reaches(args, 'e2e', 'binary', 'cli') ? [[script('build.ts')]] : []),
      // Three at once, also on two cores: many tests wait. Patient, and once more where one failed, because a machine that
      // does other things meanwhile is no fault of the test; such tests are named at the end.
      ['test', '--parallel=3', '--timeout=20000', '--retry=1'],
    ],
    listen: secondTries,
  },
  dev: { commands: () => [[script('dev.ts')]] },
  build: { commands: () => [[script('build.ts')]] },
  bench: { commands: () => [[join(root, 'tests', 'bench', 'run.ts')]] },
  check: { commands: () => [[script('check.ts')]] },
  fmt: { commands: () => [['fmt', '--no-script']] },
  lint: { commands: () => [[script('check.ts'), 'lint']] },
  types: { commands: () => [[script('check.ts'), 'types']] },
};

/** Whether a run of the tests with these arguments includes one of the folders. */
function reaches(args, ...folders) {
  const patterns = args.filter((arg) => !arg.startsWith('-'));
  const whole = (pattern) => /^(\.?\/)?tests\/?$/.test(pattern);
  return patterns.length === 0 || patterns.some((p) => whole(p) || p.split('/').some((part) => folders.includes(part)));
}

async function main([name, ...args]) {
  const task = tasks[name];
  if (!task) throw new SetupError(`There is no task "${name ?? ''}": use ${Object.keys(tasks).join(', ')}`);
  const bun = await installDependencies(await findBun());
  const passed = args[0] === '--' ? args.slice(1) : args;
  const env = { ...process.env, ...(await task.env?.(passed)) };
  const commands = task.commands(passed);
  for (const command of commands.slice(0, -1)) {
    const code = await run(bun, command, { env });
    if (code !== 0) return code;
  }
  const ear = task.listen?.();
  const code = await run(bun, [...commands.at(-1), ...passed], { env, read: ear?.read });
  for (const line of ear?.lines() ?? []) process.stderr.write(`${line}\n`);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
