import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createAssets } from '../../server/platform/http/assets.ts';

const script = 'export const greeting = "hello";'.repeat(40);
const page = '<!doctype html><html><head><base href="/" /></head><body></body></html>';
const htmlOnly = { accept: 'text/html,application/xhtml+xml' };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-assets-'));
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not for anybody');
  writeFileSync(join(dist, 'index.html'), page);
  writeFileSync(join(dist, 'build.json'), JSON.stringify({ build: 'abc123' }));
  writeFileSync(join(dist, 'assets', 'main-D4x_9aBc.js'), script);
  writeFileSync(join(dist, 'assets', 'main-D4x_9aBc.js.br'), brotliCompressSync(script));
  writeFileSync(join(dist, 'assets', 'main-D4x_9aBc.js.gz'), gzipSync(script));
  writeFileSync(join(dist, 'assets', 'plain-D4x_9aBc.css'), 'body{}');
  writeFileSync(join(dist, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(dist, 'sdk.js'), 'export {};');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const assets = (basePath = '/') => createAssets({ basePath, folder: join(folder, 'dist') });

function get(path: string, headers: Record<string, string> = {}, method = 'GET', basePath = '/') {
  const request = new Request(`http://localhost${path}`, { method, headers });
  return assets(basePath).respond(request, path);
}

function found(response: Response | undefined): Response {
  if (!response) throw new Error('Nothing was found');
  return response;
}

const bundle = '/assets/main-D4x_9aBc.js';

describe('a file', () => {
  test('with a hash in its name may be kept for ever', async () => {
    const response = found(get(bundle));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toBe('text/javascript;charset=utf-8');
    expect(await response.text()).toBe(script);
  });

  test('without a hash in its name is asked for again each time', () => {
    const response = found(get('/favicon.svg'));
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
  });

  test('that is the SDK may be loaded by pages of other origins, and no other file may', () => {
    expect(found(get('/sdk.js')).headers.get('access-control-allow-origin')).toBe('*');
    expect(found(get(bundle)).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('is neither changed nor deleted by any method', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect(get(bundle, {}, method)).toBeUndefined();
  });
});

describe('compression', () => {
  const coding = (acceptEncoding: string, path = bundle) =>
    found(get(path, { 'accept-encoding': acceptEncoding })).headers.get('content-encoding');

  test('prefers brotli, then gzip, among what the client takes', () => {
    expect(coding('gzip, deflate, br, zstd')).toBe('br');
    expect(coding('gzip')).toBe('gzip');
    expect(coding('x-gzip')).toBe('gzip');
    expect(coding('*')).toBe('br');
  });

  test('follows the weights of the client', () => {
    expect(coding('br;q=0.5, gzip;q=0.8')).toBe('gzip');
    expect(coding('br;q=0, *')).toBe('gzip');
    expect(coding('gzip;q=0.5, identity;q=0.9')).toBeNull();
  });

  test('is not used where the client refuses it, does not know it or writes nonsense', () => {
    expect(coding('br;q=0, gzip;q=0')).toBeNull();
    expect(coding('deflate')).toBeNull();
    expect(coding('br;q=high')).toBeNull();
    expect(coding('')).toBeNull();
    expect(coding('identity;q=0')).toBeNull();
  });

  test('gives the same content', async () => {
    const response = found(get(bundle, { 'accept-encoding': 'gzip' }));
    expect(new TextDecoder().decode(Bun.gunzipSync(await response.bytes()))).toBe(script);
  });

  test('names itself to caches, and a file that has no other form does not', () => {
    expect(found(get(bundle)).headers.get('vary')).toBe('accept-encoding');
    expect(found(get('/assets/plain-D4x_9aBc.css')).headers.get('vary')).toBeNull();
  });

  test('does not make the compressed files reachable by their own names', () => {
    expect(get(`${bundle}.br`)).toBeUndefined();
    expect(get(`${bundle}.gz`)).toBeUndefined();
  });
});

describe('a client that has the file', () => {
  test('gets 304 without a body, also when it names several tags or a weak one', () => {
    const etag = found(get(bundle)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = found(get(bundle, { 'if-none-match': known }));
      expect(response.status).toBe(304);
      expect(response.body).toBeNull();
      expect(response.headers.get('etag')).toBe(etag);
    }
  });

  test('gets the content when its tag is an older one', () => {
    expect(found(get(bundle, { 'if-none-match': '"older"' })).status).toBe(200);
  });

  test('has another tag for each coding', () => {
    const tag = (acceptEncoding: string) =>
      found(get(bundle, { 'accept-encoding': acceptEncoding })).headers.get('etag');
    expect(new Set([tag('br'), tag('gzip'), tag('')]).size).toBe(3);
  });
});

describe('the page', () => {
  test('is what / and /index.html give, and is asked for again each time', async () => {
    for (const path of ['/', '/index.html']) {
      const response = found(get(path));
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-type')).toBe('text/html;charset=utf-8');
      expect(await response.text()).toBe(page);
    }
  });

  test('answers navigations to any path of the app', async () => {
    expect(await found(get('/rooms/room_01', htmlOnly)).text()).toBe(page);
  });

  test('answers programs that take whatever a link to a page leads to, but not below the addresses made for them', async () => {
    const anything = { accept: '*/*' };
    expect(await found(get('/rooms/room_01', anything)).text()).toBe(page);
    for (const path of ['/api/nope', '/sse/nope', '/ws', '/assets/nope', '/public/nope', '/nope.js'])
      expect(get(path, anything)).toBeUndefined();
  });

  test('does not answer for a file that is missing, nor a client that wants no page', () => {
    expect(get('/assets/gone-D4x_9aBc.js', htmlOnly)).toBeUndefined();
    expect(get('/rooms/room_01', { accept: 'application/json' })).toBeUndefined();
    expect(get('/rooms/room_01')).toBeUndefined();
    expect(get('/rooms/room_01', htmlOnly, 'POST')).toBeUndefined();
  });

  test('names the base path, in each coding and in its tag', async () => {
    const response = found(get('/', { 'accept-encoding': 'br' }, 'GET', '/hearth'));
    const html = new TextDecoder().decode(
      Bun.gunzipSync(await found(get('/', { 'accept-encoding': 'gzip' }, 'GET', '/hearth/')).bytes()),
    );
    expect(html).toContain('<base href="/hearth/" />');
    expect(response.headers.get('etag')).not.toBe(found(get('/', { 'accept-encoding': 'br' })).headers.get('etag'));
  });

  test('cannot be broken out of by a base path', async () => {
    const html = await found(get('/', {}, 'GET', '/"><script>$&')).text();
    expect(html).not.toContain('<script>');
  });
});

describe('outside the table', () => {
  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/build.json',
    '\\..\\secret.txt',
    '/index.html%00.js',
    '',
  ])('there is nothing at %s', (path) => {
    const request = new Request('http://localhost/');
    expect(assets().respond(request, path)).toBeUndefined();
  });

  test('there is nothing at all before the web app has been built', () => {
    const empty = createAssets({ basePath: '/', folder: join(folder, 'not-built') });
    expect(empty.respond(new Request('http://localhost/', { headers: htmlOnly }), '/')).toBeUndefined();
    expect(empty.build).toBe('dev');
  });
});

test('the build is named after what the web app says of itself', () => {
  expect(assets().build).toBe('abc123');
});

test('over a socket, HEAD gives the headers of GET and no body', async () => {
  const table = assets();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => table.respond(request, new URL(request.url).pathname) ?? new Response(null, { status: 404 }),
  });
  try {
    const ask = (method: string) =>
      fetch(new URL(bundle, server.url), { method, headers: { 'accept-encoding': 'br' }, decompress: false });
    const [head, whole] = [await ask('HEAD'), await ask('GET')];
    for (const name of ['content-length', 'content-encoding', 'content-type', 'etag', 'cache-control', 'vary'])
      expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
    expect((await head.bytes()).length).toBe(0);
    expect((await whole.bytes()).length).toBe(Number(whole.headers.get('content-length')));
  } finally {
    await server.stop(true);
  }
});
