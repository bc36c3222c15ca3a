import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { PASSWORD, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.admin();
});
afterAll(() => server.stop());

const signIn = () => server.signIn('ada@example.org', PASSWORD);

/** A live socket of a session: resolves once it is welcome. */
const connect = (cookies: string): Promise<{ closed: Promise<{ code: number; at: number }> }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}ws`, { headers: { cookie: cookies } } as never);
    const closed = new Promise<{ code: number; at: number }>((done) => {
      socket.addEventListener('close', ({ code }) => {
        done({ code, at: performance.now() });
        reject(new Error(`closed with ${code}`));
      });
    });
    socket.addEventListener('message', () => resolve({ closed }));
  });

test('signing in sets cookies that no script reads and that work alone', async () => {
  const answer = await server.call('auth/signIn', { email: 'ada@example.org', password: PASSWORD });
  const cookies = answer.headers.getSetCookie();
  expect(cookies).toHaveLength(2);
  for (const cookie of cookies) {
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toMatch(/SameSite=(Lax|Strict)/);
  }
  const cookie = cookies.map((each) => each.split(';')[0]).join('; ');
  expect((await server.call('people/me', {}, { cookie })).status).toBe(200);
  expect((await server.call('people/me', {}, { cookie, origin: 'https://evil.example' })).status).toBe(403);
});

test('a refresh by cookie issues new cookies, and the refresh token is in no body', async () => {
  const ada = await signIn();
  const answer = await server.call('auth/refresh', {}, { cookie: ada.cookies });
  expect(answer.status).toBe(200);
  const next = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  expect(next).toHaveLength(2);
  const refreshToken = next.find((cookie) => cookie.startsWith('hearth_refresh_'))?.split('=')[1];
  expect(refreshToken?.length).toBeGreaterThan(40);
  expect(JSON.stringify(answer.body)).not.toContain(refreshToken ?? '');
});

test('a session that is ended elsewhere loses its sockets within a second, and others keep theirs [C9]', async () => {
  const [here, there] = await Promise.all([signIn(), signIn()]);
  const [kept, lost] = await Promise.all([connect(here.cookies), connect(there.cookies)]);
  const sessions = await there.get<{ id: string; current: boolean }[]>('auth/sessions');
  const ended = performance.now();
  await here.get('auth/endSession', { id: sessions.find(({ current }) => current)?.id });
  const { code, at } = await lost.closed;
  expect(code).toBe(closeCodes.sessionEnded);
  expect(at - ended).toBeLessThan(1000);
  expect((await there.call('people/me')).status).toBe(401);
  expect((await here.call('people/me')).status).toBe(200);

  const out = await here.call('auth/signOut');
  for (const cookie of out.headers.getSetCookie())
    expect(cookie).toMatch(/=;.*(Max-Age=0|Expires=Thu, 0?1[ -]Jan[ -]1970)/);
  expect((await kept.closed).code).toBe(closeCodes.sessionEnded);
});

test('whoever guesses on is told when to come back', async () => {
  let answer = await server.call('auth/signIn', { email: 'eve@example.org', password: 'wrong' });
  expect(answer.status).toBe(401);
  for (let n = 0; n < 10; n++)
    answer = await server.call('auth/signIn', { email: 'eve@example.org', password: 'wrong' });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
