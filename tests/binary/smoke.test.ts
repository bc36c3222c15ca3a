import { afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary } from '../../.scripts/build/binary.ts';
import { startHearth } from '../support/hearth-process.ts';

setDefaultTimeout(60_000);

/** Without rights of any kind. Only root can become somebody else; a person runs the tests as themselves. */
const nobody = process.getuid?.() === 0 ? 65_534 : undefined;

let built: string;
let folder: string;
let hearth: string;

beforeAll(async () => {
  built = await buildBinary();
}, 300_000);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-binary-'));
  chmodSync(folder, 0o755);
  hearth = join(folder, 'hearth');
  copyFileSync(built, hearth);
  chmodSync(hearth, 0o755);
  mkdirSync(join(folder, 'home'));
  if (nobody !== undefined) chownSync(join(folder, 'home'), nobody, nobody);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const home = () => join(folder, 'home');
const data = () => join(home(), 'data');
const start = () => startHearth({ command: [hearth], data: data(), cwd: home(), user: nobody });

async function run(...args: string[]) {
  const child = Bun.spawn([hearth, ...args], {
    cwd: home(),
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(nobody !== undefined && { uid: nobody, gid: nobody }),
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, out, err };
}

interface Messages {
  items: { body: { text: string } }[];
}

describe('the binary, alone in a folder, with nothing in its environment, as an unprivileged user', () => {
  test('keeps an acknowledged message through kill -9', async () => {
    await using first = await start();
    const { token } = await first.call<{ token: string }>('auth/setup', {
      name: 'Ada',
      email: 'ada@example.org',
      password: 'correct horse battery',
      teamName: 'Analytical Engines',
    });
    const room = await first.call<{ id: string }>('chat/createRoom', { name: 'Lobby', kind: 'public' }, token);
    const text = 'It survives';
    await first.call('chat/postMessage', { roomId: room.id, clientId: 'smoke-1', text }, token);
    expect(await first.end('SIGKILL')).toBe('SIGKILL');

    await using second = await start();
    const history = await second.call<Messages>('chat/history', { roomId: room.id, limit: 10 }, token);
    expect(history.items.map(({ body }) => body.text)).toContain(text);
  });

  test('serves the web app and the SDK, compressed', async () => {
    await using server = await start();
    const page = await fetch(server.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toStartWith('text/html');
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? 'none';
    for (const path of [script, 'sdk.js']) {
      const file = await fetch(new URL(path, `${server.url}/`), { headers: { 'accept-encoding': 'br' } });
      expect([path, file.status, file.headers.get('content-encoding')]).toEqual([path, 200, 'br']);
      expect((await file.text()).length).toBeGreaterThan(1000);
    }
    expect((await fetch(`${server.url}/assets/none-12345678.js`)).status).toBe(404);
  });

  test('ends with 0 within 10 s of SIGTERM, and within as long of SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using server = await start();
      const since = performance.now();
      expect(await server.end(signal)).toBe(0);
      expect(performance.now() - since).toBeLessThan(10_000);
    }
  });

  test('does not run a bunfig.toml nor load a .env of the folder it is started in', async () => {
    const witness = join(home(), 'witness');
    writeFileSync(join(home(), 'bunfig.toml'), 'preload = ["./hostile.ts"]\n');
    writeFileSync(join(home(), 'hostile.ts'), `require('node:fs').writeFileSync(${JSON.stringify(witness)}, 'here');`);
    writeFileSync(join(home(), '.env'), 'HEARTH_BASE_PATH=/hostile\nHEARTH_PORT=nonsense\n');
    await using server = await start();
    expect((await fetch(`${server.url}/up`)).status).toBe(200);
    const hostile = await fetch(`${server.url}/hostile/up`, { headers: { accept: 'text/plain' } });
    expect(hostile.status).toBe(404);
    expect(existsSync(witness)).toBe(false);
  });
});

describe('the command line of the binary', () => {
  test('explains itself', async () => {
    const whole = await run('--help');
    expect(whole.code).toBe(0);
    for (const word of ['serve', 'backup', 'restore', 'health']) expect(whole.out).toContain(word);
    const serve = await run('serve', '--help');
    expect(serve.code).toBe(0);
    for (const word of ['--port', '--data', '--base-path']) expect(serve.out).toContain(word);
  });

  test('says its version', async () => {
    const { code, out } = await run('version');
    const { version } = (await Bun.file(join(import.meta.dir, '../../package.json')).json()) as { version: string };
    expect(code).toBe(0);
    expect(out).toContain(version);
  });

  test.each([
    ['an unknown flag', ['--colour']],
    ['an unknown command', ['dance']],
    ['a port that is none', ['--port', 'high']],
    ['a data folder that cannot be made', ['--data', '/proc/hearth']],
  ])('refuses %s in one line with exit code 2, and leaves nothing behind', async (_, args) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).not.toContain('    at ');
    expect(existsSync(join(home(), 'data'))).toBe(false);
  });
});
