import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { createJwt } from '../../server/platform/http/jwt.ts';
import { TestClock } from '../support/clock.ts';
import { handshake } from '../support/handshake.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;
const clock = new TestClock();
let server: TestServer;
let ada: Person;
let ben: Person;
let open: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({ clock });
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterAll(() => server.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const signIn = (): Promise<Person> => server.signIn('ada@example.org', PASSWORD);
const connect = async (headers: Record<string, string>, query = ''): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws${query}`, headers);
  open.push(socket);
  return socket;
};
const upgrade = async (headers: Record<string, string>, query = ''): Promise<number> =>
  (await handshake(`${server.url}ws${query}`, headers)).status;
const closeAll = async (): Promise<void> => {
  for (const socket of open) if (!socket.closed) await socket.close();
  open = [];
};
const shows = (socket: TestSocket): Promise<unknown> => {
  const from = socket.frames.length;
  socket.send({ event: 'ping', channel: 'system', payload: {} });
  return until(() => socket.closed ?? socket.frames.slice(from).find(({ event }) => event === 'pong'));
};
/** Lets minutes go by in which every open socket shows that it lives. */
const pass = async (ms: number): Promise<void> => {
  for (let left = ms; left > 0; left -= 20_000) {
    clock.advance(Math.min(left, 20_000));
    await Promise.all(open.filter(({ closed }) => !closed).map(shows));
  }
};
/** A token of the same session as another one, as a refresh would give it, without that refresh. */
const tokenLike = async (person: Person, expiresAt: number, sid?: string): Promise<string> => {
  const { jwtKey, instanceId } = server.app.folder.secrets;
  const jwt = createJwt({ secret: jwtKey, instance: instanceId, clock });
  const claims = JSON.parse(Buffer.from(person.token.split('.')[1] ?? '', 'base64url').toString());
  return jwt.sign({ sub: claims.sub, sid: sid ?? claims.sid, name: claims.name, role: claims.role }, expiresAt);
};

describe('who comes to the door', () => {
  test('without a good token gets a 401 and no socket: missing, malformed, forged, expired or revoked [C1]', async () => {
    const person = await signIn();
    expect(await upgrade({})).toBe(401);
    const [head, claims, signature] = person.token.split('.');
    for (const token of ['x', `${head}.${claims}`, `${head}.${claims}.${signature}x`, `${head}..${signature}`])
      expect(await upgrade(bearer(token))).toBe(401);
    for (const query of ['?ticket=', '?ticket=unknown']) expect(await upgrade({}, query)).toBe(401);
    const other = createJwt({ secret: new Uint8Array(32), instance: server.app.folder.secrets.instanceId, clock });
    expect(await upgrade(bearer(await other.sign({ sub: ada.user.id }, clock.now() + MINUTE)))).toBe(401);

    await connect(bearer(person.token));
    await person.get('auth/signOut');
    expect(await upgrade(bearer(person.token))).toBe(401);
    const late = await signIn();
    clock.advance(10 * MINUTE);
    expect(await upgrade(bearer(late.token))).toBe(401);
    expect(server.app.hub.connections.size).toBe(0);
    await closeAll();
  });

  test('with a cookie and Bearer is who Bearer says, wherever the page is, and nobody if that is no good [C2]', async () => {
    const [me, he] = [await signIn(), await server.signIn('ben@example.org', PASSWORD)];
    const foreign = { cookie: me.cookies, origin: 'https://evil.example' };
    const socket = await connect({ ...foreign, ...bearer(he.token) });
    expect(socket.frames[0]?.payload.user.id).toBe(ben.user.id);
    expect(await upgrade({ cookie: me.cookies, origin: new URL(server.url).origin, ...bearer('x.y.z') })).toBe(401);
    expect(await upgrade(foreign)).toBe(403);
    await closeAll();
  });

  test('with a ticket comes in for 30 seconds, once, whatever cookie of another origin is there [C3]', async () => {
    const me = await signIn();
    const origin = 'https://page.example';
    const ticket = async (): Promise<string> => `?ticket=${(await me.get('auth/ticket', { origin })).ticket}`;
    const [first, second] = [await ticket(), await ticket()];
    clock.advance(29_999);
    await connect({ origin, cookie: me.cookies }, first);
    expect(await upgrade({ origin }, first)).toBe(401);
    clock.advance(1);
    expect(await upgrade({ origin }, second)).toBe(401);
    await closeAll();
  });

  test('is told by the admission what no page can see of an upgrade: 200, 401 and 403 [C5]', async () => {
    const me = await signIn();
    const admission = async (headers: Record<string, string>, method = 'GET'): Promise<number> =>
      (await fetch(`${server.url}api/hub/admission`, { method, headers })).status;
    const own = { origin: new URL(server.url).origin };
    expect(await admission(bearer(me.token))).toBe(200);
    expect(await admission({ cookie: me.cookies, ...own }, 'POST')).toBe(200);
    expect(await admission({})).toBe(401);
    expect(await admission(bearer('x'))).toBe(401);
    const foreign = { origin: 'https://evil.example' };
    for (const method of ['GET', 'POST']) {
      expect(await admission({ ...foreign, cookie: me.cookies }, method)).toBe(403);
      expect(await admission({ ...foreign, ...bearer(me.token) }, method)).toBe(200);
    }
    expect(await admission(foreign)).toBe(401);
  });
});

describe('a session', () => {
  test('that is renewed by a frame keeps all its connections, and another one of the same person ends [C8, C9]', async () => {
    const [me, elsewhere] = [await signIn(), await signIn()];
    const expiry = clock.now() + 10 * MINUTE;
    const [first, second, third] = [
      await connect(bearer(me.token)),
      await connect(bearer(me.token)),
      await connect(bearer(elsewhere.token)),
    ];
    await pass(5 * MINUTE);
    const next = await tokenLike(me, clock.now() + 10 * MINUTE);
    const answer = await first.ask('authentication', 'system', { token: next });
    expect(answer).toMatchObject({ event: 'ack', payload: { expiresAt: clock.now() + 10 * MINUTE } });
    await pass(expiry - clock.now() - 1);
    expect(third.closed).toBeUndefined();
    clock.advance(1000);
    expect((await third.untilClosed()).code).toBe(closeCodes.tokenExpired);
    for (const socket of [first, second]) expect((await socket.ask('ping', 'system')).event).toBe('pong');
    await pass(5 * MINUTE - 1000);
    clock.advance(1000);
    for (const socket of [first, second]) expect((await socket.untilClosed()).code).toBe(closeCodes.tokenExpired);
    await closeAll();
  });

  test('is renewed by a ticket of its own, and by nothing of another session, person or time [C8]', async () => {
    const [me, elsewhere] = [await signIn(), await signIn()];
    const socket = await connect(bearer(me.token));
    const until10 = clock.now() + 10 * MINUTE;
    await pass(5 * MINUTE);
    const ask = async (payload: Record<string, unknown>): Promise<string> => {
      const answer = await socket.ask('authentication', 'system', payload);
      return answer.payload.code ?? answer.event;
    };
    const ticketOf = (token: string) => server.call('auth/ticket', {}, bearer(token));
    expect(await ask({ token: await tokenLike(elsewhere, until10 + MINUTE) })).toBe('auth.forbidden');
    expect(await ask({ token: await tokenLike(ben, until10 + MINUTE) })).toBe('auth.forbidden');
    expect(await ask({ token: await tokenLike(me, clock.now()) })).toBe('auth.unauthenticated');
    expect(await ask({ token: 'x' })).toBe('auth.unauthenticated');
    expect(await ask({ ticket: 'x' })).toBe('auth.unauthenticated');
    expect(await ask({})).toBe('request.invalid');
    const renewed = await tokenLike(me, until10 + MINUTE);
    const { body } = await ticketOf(renewed);
    if (!body.ok) throw new Error(body.error.code);
    expect(await ask({ ticket: body.data.ticket })).toBe('ack');
    expect(await ask({ ticket: body.data.ticket })).toBe('auth.unauthenticated');
    await pass(5 * MINUTE + 30_000);
    expect(socket.closed).toBeUndefined();
    await pass(30_000 - 1);
    clock.advance(1000);
    expect((await socket.untilClosed()).code).toBe(closeCodes.tokenExpired);
    await closeAll();
  });

  test('whose cookie is refreshed keeps all its connections by itself [C8]', async () => {
    const [me, elsewhere] = [await signIn(), await signIn()];
    const sockets = [await connect(bearer(me.token)), await connect({ cookie: me.cookies })];
    const other = await connect(bearer(elsewhere.token));
    await pass(9 * MINUTE);
    const refreshed = await server.call('auth/refresh', {}, { cookie: me.cookies });
    expect(refreshed.status).toBe(200);
    await pass(5 * MINUTE);
    expect((await other.untilClosed()).code).toBe(closeCodes.tokenExpired);
    for (const socket of sockets) expect((await socket.ask('ping', 'system')).event).toBe('pong');
    await closeAll();
  });

  test('that ends is closed at once on all its connections, and renewing it does not help [C8, C9]', async () => {
    const [me, elsewhere] = [await signIn(), await signIn()];
    const sockets = [await connect(bearer(me.token)), await connect(bearer(me.token))];
    const other = await connect(bearer(elsewhere.token));
    const { id } = (await me.get('auth/sessions')).find(({ current }: { current: boolean }) => current);
    await elsewhere.get('auth/endSession', { id });
    for (const socket of sockets) expect((await socket.untilClosed()).code).toBe(closeCodes.sessionEnded);
    expect(await upgrade(bearer(await tokenLike(me, clock.now() + MINUTE)))).toBe(401);
    const foreign = await other.ask('authentication', 'system', { token: await tokenLike(me, clock.now() + MINUTE) });
    expect(foreign.payload.code).toBe('auth.unauthenticated');
    await closeAll();
    await until(() => server.app.hub.connections.size === 0);
  });
});
