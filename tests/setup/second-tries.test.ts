import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { root } from '../support/sources.ts';

test('the end of a test run names the tests that passed on the second try, and no others', async () => {
  const fixture = './tests/setup/fixtures/second-tries.ts';
  const child = Bun.spawn([process.execPath, join(root, '.scripts', 'run.mjs'), 'test', fixture], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  expect(code).toBe(1);
  expect(err).toMatch(/^ 2 pass\n 1 fail$/m);
  const named = err.split('\n').filter((line) => line.startsWith('passed on the second try'));
  expect(named).toEqual([`passed on the second try: ${fixture.slice(2)}: a group > is right in the end`]);
});
