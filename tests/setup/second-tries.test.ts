import { expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { root } from '../support/sources.ts';

const tests = `
  import { describe, expect, test } from 'bun:test';
  let tries = 0;
  test('is right at once', () => expect(tries).toBe(0));
  describe('a group', () => {
    test('is right in the end', () => expect(++tries).toBe(2));
    test('is never right', () => expect(tries).toBe(1));
  });
`;

test('the end of a test run names the tests that passed on the second try, and no others', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'tries.test.ts');
  writeFileSync(path, tests);
  const child = Bun.spawn([process.execPath, join(root, '.scripts', 'run.mjs'), 'test', path], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  expect(code).toBe(1);
  expect(err).toMatch(/^ 2 pass\n 1 fail$/m);
  const named = err.split('\n').filter((line) => line.startsWith('passed on the second try'));
  expect(named).toEqual([
    expect.stringMatching(/^passed on the second try: .*tries\.test\.ts: a group > is right in the end$/),
  ]);
});
