import { join } from 'node:path';
import { root } from './build/sources.ts';

/** Tests that need a browser, a build, many processes, thousands of tries or seconds to pass: `bun run test` runs them. */
const slow = [
  'e2e/**',
  'binary/**',
  'cli/**',
  'contracts/**',
  'verify/**',
  'client/announcements.test.ts',
  'client/fallback.test.ts',
  'client/model.property.test.ts',
  'client/whole-way.test.ts',
  'host/life-*.test.ts',
  'host/{guide,hostile,isolated,loading,pages-bundle}.test.ts',
  'hub/exactly-once.test.ts',
  'hub/large-room.test.ts',
  'hub/left-behind.test.ts',
  'hub/poll.test.ts',
  'hub/recovery.test.ts',
  'hub/shutdown.test.ts',
  'hub/slow-reader.test.ts',
  'hub/stream.test.ts',
  'platform/backup.test.ts',
  'platform/hostile-archive.test.ts',
  'platform/restore.test.ts',
  'platform/tar.test.ts',
  'web/chat-markdown.test.ts',
  'web/chat-store.test.ts',
  'web/markdown.test.ts',
];

const bun = process.execPath;

const parts: Record<string, string[]> = {
  format: [bun, 'fmt', '--no-script', '--check'],
  lint: [bun, join(root, 'node_modules', 'oxlint', 'bin', 'oxlint'), 'server', 'shared', 'web', 'tests', '.scripts'],
  types: [bun, 'check', '--no-script'],
  tests: [
    bun,
    'test',
    // More than there are processors: many of them wait.
    '--parallel=4',
    '--timeout=20000',
    '--only-failures',
    ...slow.flatMap((pattern) => ['--path-ignore-patterns', `tests/${pattern}`]),
  ],
};

interface Outcome {
  name: string;
  passed: boolean;
  seconds: string;
}

async function run(name: string, command: string[]): Promise<Outcome> {
  const start = performance.now();
  const child = Bun.spawn(command, { cwd: root, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [code, ...output] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) process.stdout.write(`\n── ${name}\n${output.join('')}\n`);
  return { name, passed: code === 0, seconds: ((performance.now() - start) / 1000).toFixed(1) };
}

/** Runs the named parts, or all; the quick ones side by side, the tests by themselves. Gives the exit code. */
async function check(names: readonly string[]): Promise<number> {
  const chosen = Object.entries(parts).filter(([name]) => names.length === 0 || names.includes(name));
  const sideBySide = chosen.filter(([name]) => name !== 'tests').map(([name, command]) => run(name, command));
  const outcomes = await Promise.all(sideBySide);
  for (const [name, command] of chosen.filter(([n]) => n === 'tests')) outcomes.push(await run(name, command));
  for (const { name, passed, seconds } of outcomes)
    process.stdout.write(`${passed ? '✓' : '✗'} ${name.padEnd(7)} ${seconds} s\n`);
  return outcomes.every(({ passed }) => passed) ? 0 : 1;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`There is no part "${unknown.join(', ')}": use ${Object.keys(parts).join(', ')}\n`);
  process.exit(2);
}
process.exit(await check(names));
