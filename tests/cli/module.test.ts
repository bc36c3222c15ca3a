import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildModuleTypes } from '../../.scripts/build/module-types.ts';
import { CommandError } from '../../server/cli/command-error.ts';
import { scaffoldModule } from '../../server/cli/module/scaffold.ts';
import { hearth, runHearth } from './command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHearth } from '../support/hearth-process.ts';
import { root } from '../support/sources.ts';
import { until } from '../support/until.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(60_000);

const folder = temporaryFolder();
const cwd = folder.path;
const data = join(cwd, 'data');
const run = (...args: string[]) => runHearth(['module', ...args], { cwd });
const modules = join(data, 'modules');

beforeAll(async () => {
  await buildModuleTypes();
  const server = await startHearth({ command: [...hearth], cwd, data });
  await server.call('auth/setup', {
    name: 'Ada',
    email: 'ada@example.org',
    password: 'correct horse',
    teamName: 'Team',
  });
  await server.end('SIGTERM');
});
afterAll(() => folder[Symbol.dispose]());

describe('hearth module new', () => {
  test('makes a module that works at once, readable for its owner alone, and does not touch one that is there', async () => {
    const made = await run('new', 'weather');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('data/modules/weather/module.ts');
    const file = join(modules, 'weather', 'module.ts');
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain(`id: 'weather'`);
    writeFileSync(file, '// mine');
    const again = await run('new', 'weather');
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toMatch(/^hearth: [^\n]*already\n$/);
    expect(readFileSync(file, 'utf8')).toBe('// mine');
    rmSync(join(modules, 'weather'), { recursive: true });
    await run('new', 'weather');
  });

  test('refuses names that no module may have in one line and makes nothing', async () => {
    const { code, out, err } = await run('new', '--', '../evil');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^hearth: [^\n]+\n$/);
    const reserved = new Set(['chat']);
    const scene = join(cwd, 'scene');
    for (const id of ['..', 'With Space', 'Big', 'a/b', '', 'x'.repeat(41), 'chat', '__proto__', 'a\n'])
      expect(() => scaffoldModule({ modules: scene, id, types: undefined, reserved })).toThrow(CommandError);
    expect(existsSync(scene)).toBe(false);
    expect(existsSync(join(data, 'evil'))).toBe(false);
  });

  test('needs a data folder', async () => {
    const nowhere = await run('new', 'weather', '--data', 'nowhere');
    expect(nowhere).toMatchObject({ code: 2, out: '' });
    expect(existsSync(join(cwd, 'nowhere'))).toBe(false);
  });

  test('gives editors the types of hearth:sdk, zod and the runtime: what is right passes, what is wrong is found', async () => {
    const check = async (): Promise<{ code: number; out: string }> => {
      const tsc = Bun.spawn(
        [process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', modules],
        {
          stdout: 'pipe',
          stderr: 'pipe',
        },
      );
      const [out, code] = await Promise.all([new Response(tsc.stdout).text(), tsc.exited]);
      return { code, out };
    };
    // Nothing of this repository is in reach: what the compiler knows lies beside the module.
    expect(existsSync(join(cwd, 'node_modules'))).toBe(false);
    expect(await check()).toEqual({ code: 0, out: '' });
    for (const id of ['hello', 'file-drop', 'ultimate-tic-tac-toe'])
      Bun.spawnSync(['cp', '-r', join(root, 'server/host/shipped', id), modules]);
    expect(await check()).toEqual({ code: 0, out: '' });
    mkdirSync(join(modules, 'wrong'));
    writeFileSync(
      join(modules, 'wrong', 'module.ts'),
      `import { defineModule, fn, ok, z } from 'hearth:sdk';
import { readFileSync } from 'node:fs';
export default defineModule({
  id: 'wrong', version: '1.0.0', title: 'Wrong', engine: '^1.0.0',
  functions: {
    a: fn({ access: 'everybody', effect: 'read', summary: 'A.' }, () => ok()),
    b: fn({ access: 'guest', effect: 'read', summary: 'B.', output: z.object({ n: z.number() }) }, () => ok({ n: 'one' })),
    c: fn({ access: 'guest', effect: 'read', summary: 'C.', input: z.object({ n: z.number() }) }, (ctx, input) => {
      const text: string = input.n;
      void ctx.hearth.chat.postMessage({ roomId: 1 });
      return ok(readFileSync(text).nothing);
    }),
  },
});`,
    );
    const { code, out } = await check();
    expect(code).not.toBe(0);
    const places = [...out.matchAll(/module\.ts\((\d+),\d+\): error TS/g)].map(([, line]) => Number(line));
    expect(places).toEqual([6, 7, 9, 10, 11]);
    for (const id of ['wrong', 'hello', 'file-drop', 'ultimate-tic-tac-toe'])
      rmSync(join(modules, id), { recursive: true });
  });
});

describe('hearth module enable, disable, list and log', () => {
  test('switch a module while the server runs, and show what became of it', async () => {
    await using server = await startHearth({ command: [...hearth], cwd, data });
    const { token } = await server.call<{ token: string }>('auth/signIn', {
      email: 'ada@example.org',
      password: 'correct horse',
    });
    const say = async () => {
      const response = await fetch(`${server.url}/api/weather/hello`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return { status: response.status, body: (await response.json()) as { data?: unknown } };
    };
    expect(await run('enable', 'weather')).toEqual({ code: 0, out: 'weather is on\n', err: '' });
    expect(await say()).toMatchObject({ status: 200, body: { data: { text: 'Hello, Ada!' } } });
    const list = await run('list');
    expect(list.out).toMatch(/^ID +TITLE +VERSION +ON +STATE +REASON\n/);
    expect(list.out).toMatch(/^weather +Weather +0\.1\.0 +yes +active$/m);
    expect(list.out).toMatch(/^hello +Hello +1\.0\.0 +no +disabled$/m);
    const json = JSON.parse((await run('list', '--json')).out) as { id: string; state: string }[];
    expect(json.find(({ id }) => id === 'weather')).toMatchObject({ state: 'active' });
    const log = await run('log', 'weather', '--lines', '1');
    expect(log.out).toMatch(/^\d{4}-\S+Z info {2}active\n$/);
    expect(await run('disable', 'weather')).toEqual({ code: 0, out: 'weather is off\n', err: '' });
    expect((await say()).status).toBe(404);

    mkdirSync(join(modules, 'broken'));
    writeFileSync(join(modules, 'broken', 'module.ts'), 'export default \u001b[31m;');
    let broken = await run('enable', 'broken');
    while (broken.err.includes('no module')) broken = await run('enable', 'broken');
    expect(broken).toMatchObject({ code: 1, out: '' });
    expect(broken.err).toMatch(/^hearth: broken is switched on, but does not work: [^\n]+\n$/);
    expect(broken.err).not.toContain('\u001b');
    await run('disable', 'broken');
    for (const [args, told] of [
      [['enable', 'nobody'], 'no module of this name'],
      [['disable', 'nobody'], 'no module of this name'],
      [['log', 'nobody'], 'no module of this name'],
      [['enable', 'weather', '--grant', 'chat:write'], 'chat:write'],
    ] as const) {
      const { code, out, err } = await run(...args);
      expect({ args, code, out }).toEqual({ args, code: 1, out: '' });
      expect(err).toMatch(/^hearth: [^\n]+\n$/);
      expect(err).toContain(told);
    }
  });

  test('a log is followed until Ctrl-C, or until the server ends', async () => {
    await using server = await startHearth({ command: [...hearth], cwd, data });
    await run('enable', 'weather');
    const follow = (...args: string[]) => {
      const child = Bun.spawn([...hearth, 'module', 'log', ...args, '--follow'], {
        cwd,
        env: {},
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      });
      let out = '';
      const read = (async () => {
        const decoder = new TextDecoder();
        for await (const part of child.stdout) out += decoder.decode(part, { stream: true });
      })();
      return {
        child,
        says: (text: string) => until(() => out.includes(text), `the log says ${text}: ${out}`),
        async end() {
          const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text(), read]);
          return { code, out, err };
        },
      };
    };
    const short = follow('weather', '--lines', '1');
    await short.says('active');
    await run('disable', 'weather');
    await short.says('disabled');
    short.child.kill('SIGINT');
    const { out, ...ended } = await short.end();
    expect(ended).toEqual({ code: 0, err: '' });
    expect(out.split('\n').map((line) => line.replace(/^\S+Z info +/, ''))).toEqual(['active', 'disabled', '']);

    const long = follow('weather');
    await long.says('disabled');
    const nobody = await run('log', 'nobody', '--follow');
    expect(nobody).toMatchObject({ code: 1, out: '' });
    expect(nobody.err).toMatch(/^hearth: [^\n]*no module of this name\n$/);
    await server.end('SIGTERM');
    expect(await long.end()).toMatchObject({ code: 0, err: 'The server has ended\n' });
    expect(await run('log', 'weather', '--follow')).toMatchObject({ code: 1, out: '' });
  });

  test('work without a server: what was switched on runs with the next start', async () => {
    rmSync(join(modules, 'broken'), { recursive: true, force: true });
    const off = await run('list');
    expect(off.out).toMatch(/^weather +Weather +0\.1\.0 +no +disabled$/m);
    expect(await run('enable', 'weather')).toEqual({ code: 0, out: 'weather is on; it starts with Hearth\n', err: '' });
    expect((await run('enable', 'nobody')).code).toBe(1);
    expect(await run('log', 'weather')).toMatchObject({ code: 1, out: '' });
    {
      await using server = await startHearth({ command: [...hearth], cwd, data });
      const { token } = await server.call<{ token: string }>('auth/signIn', {
        email: 'ada@example.org',
        password: 'correct horse',
      });
      const answer = () => fetch(`${server.url}/api/weather/hello`, { headers: { authorization: `Bearer ${token}` } });
      let response = await answer();
      while (response.status === 503) response = await answer();
      expect(response.status).toBe(200);
      await server.end('SIGTERM');
    }
    expect(await run('disable', 'weather')).toEqual({ code: 0, out: 'weather is off\n', err: '' });
    expect((await run('list')).out).toMatch(/^weather +Weather +0\.1\.0 +no +disabled$/m);
  });
});
