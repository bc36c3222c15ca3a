import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HearthProcess, startHearth } from '../support/hearth-process.ts';
import { root } from '../support/sources.ts';

setDefaultTimeout(60_000);

describe('bun run dev, on its one port', () => {
  let folder: string;
  let dev: HearthProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hearth-dev-'));
    const command = [process.execPath, join(root, '.scripts', 'run.mjs'), 'dev'];
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? folder };
    dev = await startHearth({ command, data: join(folder, 'data'), cwd: root, env });
  });

  afterAll(async () => {
    await dev[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, dev.url), { headers });

  test('every page of the app is served with the client that updates it', async () => {
    for (const path of ['/', '/rooms/room_1', '/docs']) {
      const page = await get(path, { accept: 'text/html' });
      expect([path, page.status, page.headers.get('content-type')]).toEqual([path, 200, 'text/html']);
      expect(await page.text()).toContain('/@vite/client');
    }
  });

  test('the sources of the app are compiled on the way, and so is the SDK', async () => {
    const main = await (await get('/main.tsx')).text();
    expect(main).toContain('import');
    expect(main).not.toContain('<App');
    expect(await (await get('/sdk.js')).text()).toContain('createHearth');
  });

  test('the server behind it answers, as for a page of this origin', async () => {
    const { token } = await dev.call<{ token: string }>('auth/setup', {
      name: 'Ada',
      email: 'ada@example.org',
      password: 'correct horse battery',
      teamName: 'Analytical Engines',
    });
    expect(token).toBeString();
    expect((await get('/api/nothing/here')).status).toBe(404);
  });

  test('sockets reach the server, and the updates of the page reach Vite', async () => {
    const upgrade = { upgrade: 'websocket', connection: 'upgrade', 'sec-websocket-version': '13' };
    const refused = await get('/ws', { ...upgrade, 'sec-websocket-key': btoa('sixteen bytes ok') });
    expect(refused.status).toBe(401);
    const token =
      /"webSocketToken":\s*"|wsToken = "([^"]+)"/.exec(await (await get('/@vite/client')).text())?.[1] ?? '';
    const socket = new WebSocket(`${dev.url.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    socket.addEventListener('message', ({ data }) => resolve(String(data)));
    socket.addEventListener('error', () => reject(new Error('Vite took no socket')));
    expect(JSON.parse(await promise)).toEqual({ type: 'connected' });
    socket.close();
  });

  test('a second one on the same port says so in one line and starts nothing', async () => {
    const command = [process.execPath, join(root, '.scripts', 'dev.ts'), '--data', join(folder, 'other')];
    const second = Bun.spawnSync([...command, '--port', new URL(dev.url).port]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr.toString()).toMatch(/^[^\n]*already in use[^\n]*\n$/);
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  test('both end with one signal', async () => {
    expect(await dev.end('SIGTERM')).toBe(0);
    await expect(get('/up')).rejects.toThrow();
    expect(dev.output()).toContain('stopped');
  });
});
