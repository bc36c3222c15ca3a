import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Elysia } from 'elysia';
import { publicFolder } from '../../server/platform/http/public-folder.ts';

let data: string;
let folder: string;
let origin: URL;
let stop: () => Promise<unknown>;

const put = (name: string, content: string) => writeFileSync(join(folder, name), content);

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'hearth-public-'));
  folder = join(data, 'public');
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  writeFileSync(join(data, 'secret.txt'), 'secret');
  put('hello.txt', 'hello');
  put('page.html', '<script>steal()</script>');
  put('pictures/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  put('.hidden', 'hidden');
  put('grüße aus köln.txt', 'hallo');
  put('100%25.txt', 'percent');
  mkdirSync(join(folder, '.git'));
  put('.git/config', 'hidden');
  symlinkSync(join(data, 'secret.txt'), join(folder, 'leak.txt'));
  symlinkSync(data, join(folder, 'up'));
  symlinkSync(join(folder, 'hello.txt'), join(folder, 'alias.txt'));
  const app = new Elysia().use(await publicFolder({ folder, prefix: '/base/public' }));
  app.listen({ hostname: '127.0.0.1', port: 0, reusePort: false });
  if (!app.server) throw new Error('The server did not start');
  origin = app.server.url;
  stop = () => app.stop(true);
});

afterAll(async () => {
  await stop();
  rmSync(data, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(`/base/public${path}`, origin), { headers });

/** Sends the path as it stands: `fetch` would tidy it up first. */
function getRaw(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(origin.port), '127.0.0.1', () =>
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  );
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('close', () => resolve(answer));
  socket.on('error', reject);
  return promise;
}

describe('a file in the public folder', () => {
  test('is served with its type, and is not guessed at', async () => {
    const response = await get('/hello.txt');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('hello');
    expect(response.headers.get('content-type')).toBe('text/plain;charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBeNull();
  });

  test('may have any name, and a link may point to it inside the folder', async () => {
    expect(await (await get(`/${encodeURIComponent('grüße aus köln.txt')}`)).text()).toBe('hallo');
    expect(await (await get(`/${encodeURIComponent('100%25.txt')}`)).text()).toBe('percent');
    expect(await (await get('/alias.txt')).text()).toBe('hello');
  });

  test('shows as soon as it is there, and is gone when it is gone', async () => {
    for (const name of ['later.txt', 'later.html']) {
      expect((await get(`/${name}`)).status).toBe(404);
      put(name, 'now');
      expect(await (await get(`/${name}`)).text()).toBe('now');
      rmSync(join(folder, name));
      expect((await get(`/${name}`)).status).toBe(404);
    }
  });

  test.each(['hello.txt', 'page.html'])('is read anew when it changes: %s', async (name) => {
    const before = await get(`/${name}`);
    const etag = before.headers.get('etag') ?? '';
    await before.text();
    const known = await get(`/${name}`, { 'if-none-match': etag });
    expect([known.status, known.headers.get('etag')]).toEqual([304, etag]);
    put(name, 'a longer text than the one before it');
    utimesSync(join(folder, name), 2_000_000_000, 2_000_000_000);
    const after = await get(`/${name}`, { 'if-none-match': etag });
    expect(after.status).toBe(200);
    expect(await after.text()).toBe('a longer text than the one before it');
    expect(after.headers.get('etag')).not.toBe(etag);
  });

  test.each(['/page.html', '/pictures/logo.svg'])('cannot run script with our origin: %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toStartWith("sandbox; default-src 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is only read', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(new URL('/base/public/hello.txt', origin), { method, body: 'x' });
      expect(response.status).toBe(404);
    }
    expect(existsSync(join(folder, 'hello.txt'))).toBe(true);
  });
});

describe('everything else', () => {
  test.each([
    '/',
    '',
    '/pictures',
    '/pictures/',
    '/.hidden',
    '/.git/config',
    '/leak.txt',
    '/up/secret.txt',
    '/missing.txt',
  ])('is not found at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('logo.svg');
  });

  test.each([
    '/base/public/../secret.txt',
    '/base/public/..%2fsecret.txt',
    '/base/public/%2e%2e/secret.txt',
    '/base/public/%2e%2e%2fsecret.txt',
    '/base/public/%252e%252e%252fsecret.txt',
    '/base/public/pictures/..%2f..%2fsecret.txt',
    '/base/public/..%5csecret.txt',
    '/base/public//secret.txt',
    '/base/public/up%2fsecret.txt',
    '/base/public/secret.txt%00.html',
    '/base/public/%zz',
    '/base/public/%',
  ])('stays outside of the folder when asked for as %s', async (path) => {
    const answer = await getRaw(path);
    expect(answer).toStartWith('HTTP/1.1 404');
    expect(answer).not.toContain('secret');
  });
});

test('a missing folder is made, in production too', async () => {
  const missing = join(data, 'elsewhere', 'public');
  const app = new Elysia().use(await publicFolder({ folder: missing, prefix: '/public' }));
  expect(existsSync(missing)).toBe(true);
  expect((await app.handle(new Request('http://localhost/public/none.txt'))).status).toBe(404);
});
