import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requestText, sendRaw } from '../support/raw-http.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const source = `import { defineModule, fn, html, ok } from 'hearth:sdk';
export default defineModule({
  id: 'board',
  version: '1.0.0',
  title: 'Board',
  engine: '^1.0.0',
  page: './page.html',
  functions: {
    view: fn({ access: 'public', effect: 'read', summary: 'HTML.', output: 'html' }, () => ok(html('<p>hello</p>'))),
  },
});`;

let server: TestServer;
let ada: Person;
let ben: Person;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  ben = await server.join('Ben', 'guest');
  const folder = join(server.data, 'modules', 'board');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'module.ts'), source);
  writeFileSync(join(folder, 'page.html'), '<!doctype html><p>A page</p>');
  await until(async () => (await ada.call('modules/enable', { id: 'board' })).status === 200);
});
afterAll(() => server.stop());

const openPage = async (who: Person): Promise<string> => (await who.get('modules/page', { id: 'board' })).url;
const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, server.url), { headers });

/** Asks for a path as it stands, which `fetch` would tidy up. */
const statusOf = async (path: string): Promise<number> => {
  const { host, port } = new URL(server.url);
  return (await sendRaw(Number(port), requestText(`GET ${path} HTTP/1.1`, [`Host: ${host}`]))).status;
};

describe('the page of a module that runs', () => {
  test('is given to whoever may see the module, and shown without a session', async () => {
    const response = await get(await openPage(ben));
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('A page');
    expect(response.headers.get('content-security-policy')).toStartWith(
      'sandbox allow-scripts allow-forms; default-src',
    );
    expect((await server.call('modules/page', { id: 'board' })).status).toBe(401);
  });

  test('is never set beside a session: cookies change nothing, and none are set', async () => {
    const url = await openPage(ben);
    const [plain, signedIn] = [await get(url), await get(url, { cookie: ada.cookies })];
    expect(await signedIn.text()).toBe(await plain.text());
    expect(signedIn.headers.get('set-cookie')).toBeNull();
  });

  test('leads nowhere else, however the address is written', async () => {
    const url = await openPage(ben);
    const tricks = ['..%2f..%2fhearth.db', '%2e%2e%2findex.html', '..%5c', 'index.html%00', '%', '%ff', 'sub/', '//'];
    for (const trick of tricks) expect([trick, await statusOf(url + trick)]).toEqual([trick, 404]);
    for (const path of [
      '/pages',
      '/pages/',
      '/pages/board',
      '/pages/board/x/',
      '/pages/../../hearth.db',
      '/pages/%2e%2e/%2e%2e/hearth.db',
    ])
      expect([path, await statusOf(path)]).toEqual([path, 404]);
  });

  test('does not stand in the log by its address', async () => {
    const url = await openPage(ben);
    await get(url);
    await until(() => server.log.some((line) => line.includes('/pages/board/…')));
    expect(server.log.join('')).not.toContain(url.split('/').at(-2));
  });

  test('is gone when the module is switched off', async () => {
    const url = await openPage(ben);
    await ada.get('modules/disable', { id: 'board' });
    expect((await get(url)).status).toBe(404);
    expect((await ben.call('modules/page', { id: 'board' })).body).toMatchObject({
      error: { code: 'module.disabled' },
    });
    await ada.get('modules/enable', { id: 'board' });
    expect((await get(await openPage(ben))).status).toBe(200);
  });
});

test('HTML of a function has no more rights than a page', async () => {
  const response = await get('api/board/view', { cookie: ada.cookies });
  const policy = response.headers.get('content-security-policy')?.split('; ');
  expect(policy).toContain('sandbox allow-scripts allow-forms');
  expect(policy).toContain("connect-src 'none'");
  expect(policy).toContain("frame-ancestors 'self'");
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});
