import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { requestText, sendRaw } from '../support/raw-http.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';

const evil = 'https://evil.example';
const founder = { name: 'Mallory', email: 'm@example.org', password: PASSWORD, teamName: 'Stolen' };

describe('setting up a team that is not one’s own', () => {
  let server: TestServer;
  afterEach(() => server.stop());
  const status = async () => (await server.call('auth/status')).body;
  const raw = async (headers: string[], path = 'setup') => {
    const body = JSON.stringify(path === 'setup' ? founder : {});
    const port = Number(new URL(server.url).port);
    const answer = await sendRaw(
      port,
      requestText(
        `POST /api/auth/${path} HTTP/1.1`,
        [...headers, 'Content-Type: application/json', `Content-Length: ${body.length}`],
        body,
      ),
    );
    return { status: answer.status, body: JSON.parse(answer.body) };
  };

  test('a page of another origin is refused by its Origin', async () => {
    server = await startTestServer();
    for (const origin of [evil, 'null', 'http://localhost:1'])
      expect((await server.call('auth/setup', founder, { origin })).status).toBe(403);
    expect((await server.call('auth/setup', founder, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await status()).toMatchObject({ data: { setupNeeded: true, setupTokenNeeded: false } });
  });

  test('a page whose name points at this machine needs the token, its Origin being right', async () => {
    server = await startTestServer();
    for (const host of ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      const headers = [`Host: ${host}`, `Origin: http://${host}`];
      expect(await raw(headers)).toMatchObject({ status: 403, body: { error: { code: 'auth.setup_token_wrong' } } });
      expect((await raw(headers, 'status')).body).toMatchObject({ data: { setupTokenNeeded: true } });
    }
    expect(await status()).toMatchObject({ data: { setupNeeded: true } });
  });

  test('whoever comes through a proxy on this machine needs the token', async () => {
    server = await startTestServer();
    for (const header of [
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: localhost',
      'X-Forwarded-Proto: http',
      'Forwarded: for=127.0.0.1',
      'X-Real-IP: 127.0.0.1',
      'Via: 1.1 proxy',
    ])
      expect(await raw(['Host: localhost', header])).toMatchObject({
        body: { error: { code: 'auth.setup_token_wrong' } },
      });
    expect(await status()).toMatchObject({ data: { setupNeeded: true } });
  });

  test('on a server that others can reach everybody needs the token, and it is the one of the terminal', async () => {
    server = await startTestServer({ config: { host: '0.0.0.0' } });
    expect(await raw(['Host: localhost'])).toMatchObject({ body: { error: { code: 'auth.setup_token_wrong' } } });
    for (const token of ['', 'x', '0'.repeat(200), `${await server.app.auth.setupToken()} `])
      expect((await server.call('auth/setup', { ...founder, token })).status).toBe(403);
    const token = await server.app.auth.setupToken();
    expect((await server.call('auth/setup', { ...founder, token })).status).toBe(200);
    expect(server.log.join('\n')).not.toContain(token ?? '?');
  });
});

describe('another site’s page with the browser’s cookies', () => {
  let server: TestServer;
  let ada: Person;
  beforeAll(async () => {
    server = await startTestServer();
    ada = await server.admin();
  });
  afterAll(() => server.stop());

  const get = (path: string, headers: Record<string, string>) =>
    fetch(`${server.url}${path}`, { headers: { cookie: ada.cookies, ...headers } });

  test('reads nothing: it is refused for its origin, and without leave to see even that', async () => {
    const foreign: Record<string, string>[] = [
      { origin: evil },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      for (const path of ['api/people/me', 'api/people/accounts', 'api/chat/listRooms', 'sse/metrics/live']) {
        const response = await get(path, headers);
        expect([path, response.status]).toEqual([path, 403]);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
        expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      }
      const status = await (await get('api/auth/status', headers)).json();
      expect(status.data.user).toBeUndefined();
    }
  });

  test('changes nothing and signs nobody in or out', async () => {
    const before = await ada.get('auth/sessions');
    for (const [path, input] of [
      ['auth/signIn', { email: 'ada@example.org', password: PASSWORD }],
      ['auth/signOut', {}],
      ['auth/refresh', {}],
      ['auth/ticket', {}],
      ['people/updateMe', { name: 'Pwned' }],
      ['people/invite', { role: 'admin' }],
    ] as const) {
      const { status, headers } = await server.call(path, input, { cookie: ada.cookies, origin: evil });
      expect([path, status, headers.getSetCookie()]).toEqual([path, 403, []]);
    }
    expect(await ada.get('auth/sessions')).toEqual(before);
    expect(await ada.get('people/me')).toEqual(ada.user);
  });

  test('cannot send what a form can send', async () => {
    for (const [type, status] of [
      ['text/plain', 415],
      ['application/x-www-form-urlencoded', 403],
      ['multipart/form-data; boundary=x', 403],
      ['', 415],
    ] as const) {
      const response = await fetch(`${server.url}api/people/updateMe`, {
        method: 'POST',
        headers: { cookie: ada.cookies, 'content-type': type },
        body: type.includes('urlencoded') ? 'name=Pwned' : '{"name":"Pwned"}',
      });
      expect([type, response.status]).toEqual([type, status]);
    }
    expect(await ada.get('people/me')).toEqual(ada.user);
  });

  test('gets no leave from a preflight', async () => {
    const response = await fetch(`${server.url}api/people/updateMe`, {
      method: 'OPTIONS',
      headers: {
        origin: evil,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(response.ok).toBe(false);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('is not helped by headers that pretend another method or another address', async () => {
    for (const headers of [
      { 'x-http-method-override': 'POST' },
      { 'x-original-url': '/api/auth/signOut' },
      { 'x-rewrite-url': '/api/auth/signOut' },
    ] as Record<string, string>[]) {
      const response = await get('api/auth/status', headers);
      expect((await response.json()).data.user.id).toBe(ada.user.id);
    }
    expect((await ada.call('people/me')).status).toBe(200);
  });
});

describe('credentials', () => {
  let server: TestServer;
  let ada: Person;
  beforeAll(async () => {
    server = await startTestServer();
    ada = await server.admin();
  });
  afterAll(() => server.stop());
  const me = (headers: Record<string, string>, query = '') => fetch(`${server.url}api/people/me${query}`, { headers });

  test('in the query are none', async () => {
    for (const name of ['token', 'access_token', 'authorization', 'jwt', 'ticket'])
      expect((await me({}, `?${name}=${ada.token}`)).status).not.toBe(200);
    const { ticket } = await ada.get('auth/ticket');
    expect((await fetch(`${server.url}api/people/accounts?ticket=${ticket}`)).status).toBe(401);
  });

  test('in other schemes and headers are none', async () => {
    for (const headers of [
      { authorization: ada.token },
      { authorization: `Basic ${btoa(`ada@example.org:${PASSWORD}`)}` },
      { authorization: `Token ${ada.token}` },
      { authorization: `Bearer ${ada.token} ${ada.token}` },
      { authorization: 'Bearer ' },
      { 'x-access-token': ada.token },
      { 'sec-websocket-protocol': ada.token },
    ] as Record<string, string>[])
      expect([headers, (await me(headers)).status]).toEqual([headers, 401]);
  });

  test('in a broken cookie are none, and break nothing', async () => {
    const [name = ''] = ada.cookies.split('=');
    for (const value of ['%E0%A4%A', '%', '"', '', ' ', 'x'.repeat(8000), '=====', '\u00e4', ada.token.slice(0, -2)])
      expect([value, (await me({ cookie: `${name}=${value}` })).status]).toEqual([value, 401]);
    for (const cookie of [';', '=', '==;', `${name}`, `; ${name}`, `${name.toUpperCase()}=${ada.token}`])
      expect([cookie, (await me({ cookie })).status]).toEqual([cookie, 401]);
    expect((await me({ cookie: `a=%E0%A4%A; ;;=; ${ada.cookies}; b` })).status).toBe(200);
  });

  test('of another Hearth on the same host do not count here', async () => {
    const other = await startTestServer();
    const eve = await other.admin();
    const [ours = ''] = ada.cookies.split('=');
    const [theirs = ''] = eve.cookies.split('=');
    expect(theirs).not.toBe(ours);
    expect((await me({ cookie: eve.cookies })).status).toBe(401);
    expect((await me({ cookie: eve.cookies.replaceAll(theirs, ours) })).status).toBe(401);
    expect((await me({ authorization: `Bearer ${eve.token}` })).status).toBe(401);
    expect((await me({ cookie: `${eve.cookies}; ${ada.cookies}` })).status).toBe(200);
    await other.stop();
  });
});
