import { afterEach, describe, expect, test } from 'bun:test';
import { requestText, sendRaw } from '../support/raw-http.ts';
import { PASSWORD, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';

let server: TestServer;
afterEach(() => server.stop());

const start = async (config: TestServerOptions['config'] = {}): Promise<void> => {
  server = await startTestServer({ config });
  await server.admin();
};
const signIn = async (headers: Record<string, string>): Promise<string[]> => {
  const answer = await server.call('auth/signIn', { email: 'ada@example.org', password: PASSWORD }, headers);
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie();
};
const behind = { trustedProxies: ['127.0.0.1/32'] };
const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'team.example' };
const attributes = (cookie: string): string[] => cookie.split('; ').slice(1).toSorted();

describe('cookies', () => {
  test('are not Secure over plain HTTP, where they would be lost, whatever a stranger forwards', async () => {
    await start();
    for (const headers of [{}, https])
      for (const cookie of await signIn(headers as Record<string, string>))
        expect(attributes(cookie)).not.toContain('Secure');
  });

  test('are Secure where a trusted proxy ends TLS, and where the public URL says so', async () => {
    await start(behind);
    for (const cookie of await signIn(https)) expect(attributes(cookie)).toContain('Secure');
    await server.stop();
    await start({ publicUrl: new URL('https://team.example/') });
    for (const cookie of await signIn({})) expect(attributes(cookie)).toContain('Secure');
  });

  test('reach this Hearth’s path alone, and the refresh token the auth functions alone', async () => {
    await start({ basePath: '/hearth' });
    const [access = '', refresh = ''] = await signIn({});
    expect(attributes(access)).toEqual(expect.arrayContaining(['HttpOnly', 'Path=/hearth', 'SameSite=Lax']));
    expect(attributes(refresh)).toEqual(
      expect.arrayContaining(['HttpOnly', 'Path=/hearth/api/auth', 'SameSite=Strict']),
    );
    for (const cookie of [access, refresh]) expect(cookie).not.toContain('Domain');
  });
});

describe('links in answers', () => {
  const invite = async (headers: Record<string, string>): Promise<string> => {
    const admin = await server.admin();
    const { body } = await admin.call('people/invite', { role: 'guest' }, headers);
    return body.ok ? body.data.url : '';
  };
  const own = () => server.url;

  test('lead where the request came to, not where a stranger says', async () => {
    await start();
    expect(await invite({ 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' })).toStartWith(
      `${own()}invite/`,
    );
  });

  test('lead where a trusted proxy says, and where it says nonsense to the Host', async () => {
    await start(behind);
    expect(await invite(https)).toStartWith('https://team.example/invite/');
    expect(await invite({ 'x-forwarded-host': 'evil.example, team.example' })).toStartWith(
      'http://team.example/invite/',
    );
    for (const host of ['evil.example/path?', 'a b', 'user@evil.example', '"><script>', ''])
      expect(await invite({ 'x-forwarded-host': host })).toStartWith(`${own()}invite/`);
  });

  test('lead to the public URL where one is set', async () => {
    await start({ ...behind, publicUrl: new URL('https://team.example/hearth/'), basePath: '/hearth' });
    expect(await invite({ 'x-forwarded-host': 'evil.example' })).toStartWith('https://team.example/hearth/invite/');
  });
});

test('the address that sessions and limits go by is a trusted proxy’s word and nobody else’s', async () => {
  await start();
  await signIn({ 'x-forwarded-for': '203.0.113.9' });
  await server.stop();
  await start(behind);
  await signIn({ 'x-forwarded-for': '203.0.113.9' });
  await signIn({ 'x-forwarded-for': '198.51.100.1, 203.0.113.10' });
  const sessions = await (await server.admin()).get('auth/sessions');
  expect(sessions.map(({ ip }: { ip: string }) => ip).toSorted()).toEqual(['127.0.0.1', '203.0.113.10', '203.0.113.9']);
});

describe('below a base path', () => {
  const ask = async (path: string, host = 'localhost') => {
    const port = Number(new URL(server.url).port);
    return sendRaw(port, requestText(`GET ${path} HTTP/1.1`, [`Host: ${host}`]));
  };

  test('everything is found there, and the bare path leads to it', async () => {
    await start({ basePath: '/hearth' });
    for (const path of ['/hearth/up', '/hearth/readyz', '/hearth/api/auth/status', '/hearth/api/openapi.json'])
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    for (const path of ['/', '/hearth']) {
      const { status, headers } = await ask(path, 'evil.example');
      expect([path, status, headers.location]).toEqual([path, 302, '/hearth/']);
    }
  });

  test('nothing is found beside it', async () => {
    await start({ basePath: '/hearth' });
    for (const path of [
      '/up',
      '/readyz',
      '/metrics',
      '/ws',
      '/api/auth/status',
      '/sse/metrics/live',
      '/public/x',
      '/hearthx/up',
      '/hearth../up',
      '/HEARTH/up',
      '/hearth/../up',
      '/hearth/%2e%2e/up',
      '/hearth//up',
      '//hearth/up',
      '//evil.example/hearth/',
      '/hearth%2fup',
      '/x/hearth/up',
    ]) {
      const { status, headers } = await ask(path);
      expect([path, status, headers.location]).toEqual([path, 404, undefined]);
    }
  });

  test('no forwarded prefix moves it', async () => {
    await start({ ...behind, basePath: '/hearth' });
    const answer = await fetch(new URL('/', server.url), {
      redirect: 'manual',
      headers: { 'x-forwarded-prefix': '//evil.example', 'x-forwarded-host': 'evil.example' },
    });
    expect(answer.headers.get('location')).toBe('/hearth/');
  });
});
