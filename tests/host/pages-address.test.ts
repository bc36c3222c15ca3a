import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { linkSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPENING } from '../../server/host/pages/capability.ts';
import { createPages, type Pages } from '../../server/host/pages/pages.ts';
import type { Identity } from '../../server/modules/identity.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { pageModule } from '../support/page-module.ts';

const base = '/hearth';
const origin = 'http://hearth.example:3000';
const peer = { ip: '192.0.2.1', origin, baseUrl: `${origin}${base}/`, secure: false, local: false };
const key = new Uint8Array(32).fill(9);
const ada: Identity = { userId: 'usr_ada', name: 'Ada', role: 'admin', sessionId: 'ses_a', expiresAt: 0 };
const ben: Identity = { ...ada, userId: 'usr_ben', name: 'Ben', role: 'member' };

/** Bundling runs on real time; addresses expire by this. */
let now = Date.UTC(2030, 0, 1);
const clock = { ...systemClock, now: () => now };
const files = {
  'page.html': '<script type="module" src="./main.ts"></script>',
  'main.ts': "const lazy = () => import('./lazy.ts'); void lazy();",
  'lazy.ts': "document.title = 'lazy';",
};
let module: ReturnType<typeof pageModule>;
let pages: Pages;

const newPages = (with_ = key): Pages =>
  createPages({ basePath: base, clock, key: with_, scopesOf: () => new Set(['chat:read']) });
const get = (path: string, init: RequestInit = {}, from = pages) =>
  from.respond(new Request(origin + path, init), peer);
const opened = async (identity = ben): Promise<string> => {
  const result = await pages.open(identity, 'probe');
  if (!result.ok) throw new Error(result.error.code);
  return result.data.url;
};
const lazyFile = async (url: string): Promise<string> => {
  const main = /src="\.\/([^"]+)"/.exec((await (await get(url))?.text()) ?? '')?.[1] ?? '';
  const code = (await (await get(url + main))?.text()) ?? '';
  return /import\("\.\/([^"]+)"\)/.exec(code)?.[1] ?? '';
};

beforeAll(async () => {
  module = pageModule(files);
  pages = newPages();
  await pages.load(module.origin);
});
afterAll(() => module[Symbol.dispose]());

describe('an address', () => {
  test('opens the page, with what it may use named', async () => {
    const result = await pages.open(ben, 'probe');
    expect(result).toMatchObject({
      ok: true,
      data: { scopes: ['chat:read'], build: expect.stringMatching(/^\w{32}$/) },
    });
    const url = await opened();
    expect(url).toMatch(/^\/hearth\/pages\/probe\/[\w-]{32}\/$/);
    const response = await get(url);
    expect(response?.status).toBe(200);
    expect(response?.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect((await get(url, { method: 'HEAD' }))?.body).toBeNull();
  });

  test('opens for ten minutes; what the page asks for later has no end', async () => {
    const url = await opened();
    const lazy = await lazyFile(url);
    now += OPENING - 1;
    expect((await get(url))?.status).toBe(200);
    now += 1;
    expect(await get(url)).toBeUndefined();
    expect(await get(`${url}index.html`)).toBeUndefined();
    now += 24 * 60 * OPENING;
    expect((await get(url + lazy))?.status).toBe(200);
  });

  test('is bound to the module, and cannot be made or changed without the key', async () => {
    const url = await opened();
    const capability = url.split('/').at(-2) ?? '';
    const later = Buffer.from(capability, 'base64url');
    later.writeUIntBE(now + 24 * 60 * OPENING, 0, 6);
    for (const wrong of ['', 'x', capability.slice(0, 31), `${capability}A`, later.toString('base64url')])
      expect(await get(`${base}/pages/probe/${wrong}/`)).toBeUndefined();
    await pages.load({ ...module.origin, id: 'other' });
    expect(await get(url.replace('/probe/', '/other/'))).toBeUndefined();
    const stranger = newPages(new Uint8Array(32).fill(1));
    await stranger.load(module.origin);
    expect(await get(url, {}, stranger)).toBeUndefined();
    pages.unload('other');
  });

  const tricks = [
    '../',
    '..%2f',
    '%2e%2e/secrets.json',
    '%2e%2e%2fsecrets.json',
    '..%5csecrets.json',
    '.hidden',
    'index.html%00.js',
    'index.html/',
    '%2findex.html',
    '/etc/passwd',
    'sub/index.html',
    'constructor',
    '%',
    'link.js',
    'hard.js',
  ];
  test.each(tricks)('leads nowhere else by %p', async (trick) => {
    const url = await opened();
    const folder = join(module.origin.dataFolder, 'page', await buildName());
    symlinkSync('/etc/passwd', join(folder, 'link.js'));
    writeFileSync(join(module.path, 'secret'), 'secret');
    linkSync(join(module.path, 'secret'), join(folder, 'hard.js'));
    expect(await get(url + trick)).toBeUndefined();
    for (const name of ['link.js', 'hard.js']) rmSync(join(folder, name));
  });

  test('serves no file that was changed behind its back', async () => {
    const url = await opened();
    const lazy = await lazyFile(url);
    const path = join(module.origin.dataFolder, 'page', await buildName(), lazy);
    renameSync(path, `${path}.kept`);
    symlinkSync('/etc/passwd', path);
    expect(await get(url + lazy)).toBeUndefined();
    rmSync(path);
    writeFileSync(join(module.path, 'other'), 'of somebody else');
    linkSync(join(module.path, 'other'), path);
    expect(await get(url + lazy)).toBeUndefined();
    rmSync(path);
    renameSync(`${path}.kept`, path);
    expect((await get(url + lazy))?.status).toBe(200);
  });
});

/** The folder of the bundle that is shown now. */
const buildName = async (): Promise<string> => {
  const result = await pages.open(ben, 'probe');
  return result.ok ? result.data.build : '';
};

test('every answer keeps the page in an origin of its own, away from ours and from everybody else', async () => {
  const url = await opened();
  for (const path of [url, url + (await lazyFile(url))]) {
    const headers = (await get(path, { headers: { cookie: 'hearth_x=1', origin: 'null' } }))?.headers;
    const policy = headers?.get('content-security-policy')?.split('; ') ?? [];
    expect(policy[0]).toBe('sandbox allow-scripts allow-forms');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).toContain(`script-src ${origin}${url}`);
    expect(headers?.get('x-content-type-options')).toBe('nosniff');
    expect(headers?.get('cache-control')).toBe('no-store');
    expect(headers?.get('referrer-policy')).toBe('no-referrer');
    expect(headers?.get('access-control-allow-credentials')).toBeNull();
    expect(headers?.get('set-cookie')).toBeNull();
  }
});

describe('a new version of the page', () => {
  test('is another build, and those who have the one before open can go on', async () => {
    const before = await opened();
    const lazy = await lazyFile(before);
    const build = await buildName();
    module.write({ 'lazy.ts': "document.title = 'newer';" });
    await pages.load(module.origin);
    expect(await buildName()).not.toBe(build);
    expect((await get(before + lazy))?.status).toBe(200);
    module.write({ 'lazy.ts': "document.title = 'newest';" });
    await pages.load(module.origin);
    expect(await get(before + lazy)).toBeUndefined();
  });

  test('that cannot be bundled leaves the one before to everybody, and tells admins why', async () => {
    module.write({ 'main.ts': 'this is no script' });
    await expect(pages.load(module.origin)).rejects.toThrow(/main\.ts:1:/);
    expect(pages.problem('probe')).toMatch(/main\.ts:1:/);
    expect(await pages.open(ada, 'probe')).toMatchObject({
      ok: false,
      error: { code: 'module.page_broken', params: { reason: expect.stringContaining('main.ts:1:') } },
    });
    expect((await get(await opened(ben)))?.status).toBe(200);
    module.write(files);
    await pages.load(module.origin);
    expect(pages.problem('probe')).toBeUndefined();
    expect(await opened(ada)).toStartWith(base);
  });

  test('that was overtaken is not shown', async () => {
    const build = await buildName();
    module.write({ 'lazy.ts': "document.title = 'overtaken';" });
    const first = pages.load(module.origin);
    await first;
    const overtaken = await buildName();
    module.write(files);
    const [second, third] = [pages.load(module.origin), pages.load(module.origin)];
    await Promise.all([second, third]);
    expect(await buildName()).toBe(build);
    expect(overtaken).not.toBe(build);
    expect((await get(await opened()))?.status).toBe(200);
  });
});

test('a page that never was bundled says so to everybody, and why to admins alone', async () => {
  using broken = pageModule({ 'page.html': '<script type="module" src="./missing.ts"></script>' });
  await pages.load({ ...broken.origin, id: 'broken' }).catch(() => {});
  expect(await pages.open(ada, 'broken')).toMatchObject({
    error: { params: { reason: expect.stringContaining('missing') } },
  });
  const told = await pages.open(ben, 'broken');
  expect(told).toMatchObject({ ok: false, error: { code: 'module.page_broken' } });
  expect(JSON.stringify(told)).not.toContain('missing');
});

test('a page that is being bundled opens when it is there', async () => {
  const loading = pages.load({ ...module.origin, id: 'fresh' });
  expect(await pages.open(ben, 'fresh')).toMatchObject({ ok: true });
  await loading;
  pages.unload('fresh');
});

test('a module that does not run has no page, also not by an address from before', async () => {
  await pages.load({ ...module.origin, id: 'gone' });
  const result = await pages.open(ben, 'gone');
  const url = result.ok ? result.data.url : '';
  expect((await get(url))?.status).toBe(200);
  const late = pages.load({ ...module.origin, id: 'gone' });
  pages.unload('gone');
  await late;
  expect(await get(url)).toBeUndefined();
  expect(await pages.open(ada, 'gone')).toMatchObject({ ok: false, error: { code: 'module.no_page' } });
});

test('a bundle that was cut short is not served', async () => {
  const url = await opened();
  truncateSync(join(module.origin.dataFolder, 'page', await buildName(), 'index.html'), 10);
  expect(await get(url)).toBeUndefined();
  await pages.load(module.origin);
  expect((await get(await opened()))?.status).toBe(200);
});
