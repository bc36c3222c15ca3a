import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, type HearthProcess, startHearth } from '../support/hearth-process.ts';
import { root } from '../support/sources.ts';
import { until } from '../support/until.ts';

setDefaultTimeout(60_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-start-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const withoutProject = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));

/** A folder of programs that leads to these and to a shell. */
function pathOf(programs: Record<string, string>): string {
  for (const [name, program] of Object.entries({ sh: '/bin/sh', ...programs }))
    symlinkSync(program, join(folder, name));
  return folder;
}

const start = (command: string[], PATH: string, port?: number) =>
  startHearth({
    command: [...command, '--'],
    data: join(folder, 'data'),
    cwd: root,
    env: { PATH, HOME: folder },
    ...(port !== undefined && { port }),
  });

const isGone = (server: HearthProcess) =>
  fetch(`${server.url}/up`).then(
    () => false,
    () => true,
  );

const npm = Bun.which('npm', { PATH: withoutProject.join(delimiter) });
const node = Bun.which('node', { PATH: withoutProject.join(delimiter) });

describe.if(npm !== null && node !== null)('npm start', () => {
  test('serves the web app with the arguments it is given, and ends with the signal to npm', async () => {
    const port = freePort();
    await using server = await start([npm ?? 'npm', 'start'], withoutProject.join(delimiter), port);
    const page = await fetch(`http://localhost:${port}/`, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root">');
    await server.end('SIGTERM');
    await until(() => isGone(server));
  });
});

describe('bun start, where there is neither Node nor npm', () => {
  test('serves, and ends with the signal to Bun', async () => {
    await using server = await start(['bun', 'start'], pathOf({ bun: process.execPath }));
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.end('SIGTERM');
    await until(() => isGone(server));
  });
});

describe('the launcher behind the package scripts', () => {
  const launch = (...args: string[]) => {
    const result = Bun.spawnSync([process.execPath, join(root, '.scripts', 'run.mjs'), ...args], { cwd: '/' });
    return { code: result.exitCode, err: result.stderr.toString() };
  };

  test('passes on the exit code of what it runs, from whatever folder', () => {
    expect(launch('start', '--port', 'high')).toMatchObject({ code: 2, err: expect.stringContaining('--port') });
  });

  test('knows its tasks, and names them to who asks for another', () => {
    const { code, err } = launch('dance');
    expect(code).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('start, test, dev, build, bench, check');
  });

  test('says in one line that the browser named by CHROMIUM is not there', () => {
    const result = Bun.spawnSync([process.execPath, join(root, '.scripts', 'run.mjs'), 'test', 'e2e'], {
      cwd: root,
      env: { ...process.env, CHROMIUM: join(folder, 'none') },
    });
    expect(result.exitCode).toBe(2);
    expect(result.stderr.toString().trim().split('\n')).toHaveLength(1);
    expect(result.stderr.toString()).toContain('CHROMIUM');
  });
});
