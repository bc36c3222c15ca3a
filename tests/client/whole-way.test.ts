import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { Message, Room } from '@shared/chat/schema.ts';
import { createHearth } from '@shared/client/index.ts';
import type { Hearth } from '@shared/client/index.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let bob: Person;
const open: Hearth[] = [];

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  bob = await server.join('Bob');
});
afterEach(() => {
  for (const hearth of open.splice(0)) hearth.dispose();
});
afterAll(() => server.stop());

/** A client of one person, with what it was told so far. */
async function clientOf(person: Person) {
  const hearth = createHearth({ baseUrl: server.url, token: () => person.token, random: () => 0 });
  open.push(hearth);
  const onlines: boolean[] = [];
  const resets: string[] = [];
  const texts: string[] = [];
  hearth.events.onOnline((recovered) => onlines.push(recovered));
  hearth.events.onReset((channel) => resets.push(channel));
  hearth.events.on('chat_message', ({ body }) => body.kind === 'text' && texts.push(body.text));
  expect(await hearth.start()).toMatchObject({ ok: true, data: { status: 'signedIn', user: { id: person.user.id } } });
  await until(() => onlines.length === 1);
  const post = (room: Room, text: string) => {
    const clientId = `c-${text}`;
    return hearth.outbox.enqueue('chat', 'postMessage', { roomId: room.id, clientId, text }, clientId).done;
  };
  return { hearth, onlines, resets, texts, post };
}

async function makeRoom(hearth: Hearth, name: string): Promise<Room> {
  const made = await hearth.api.chat.createRoom({ name, kind: 'public' });
  if (!made.ok) throw new Error(made.error.code);
  return made.data;
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

test('two people talk, the server restarts in the middle, and nothing is lost or doubled', async () => {
  const one = await clientOf(ada);
  const two = await clientOf(bob);
  const room = await makeRoom(one.hearth, 'Lobby');
  expect((await two.hearth.api.chat.joinRoom({ roomId: room.id })).ok).toBe(true);

  for (const text of numbers(1, 5)) expect((await one.post(room, text)).ok).toBe(true);
  await until(() => two.texts.length === 5);
  const restarted = server.restart();
  const sent = numbers(6, 15).map((text) => one.post(room, text));
  await restarted;
  for (const done of sent) expect((await done).ok).toBe(true);
  await until(() => one.onlines.length === 2 && two.onlines.length === 2);
  await until(() => two.texts.length === 15 && one.texts.length === 15);

  expect(one.texts).toEqual(numbers(1, 15));
  expect(two.texts).toEqual(numbers(1, 15));
  expect([...one.onlines, ...two.onlines]).toEqual([true, true, true, true]);
  expect([...one.resets, ...two.resets]).toEqual([]);
  const history = await two.hearth.api.chat.history({ roomId: room.id });
  const stored = history.ok ? history.data.items : [];
  expect(stored.map(({ body }: Message) => body.kind === 'text' && body.text).filter(Boolean)).toEqual(numbers(1, 15));
}, 20_000);

test('what a person missed while away follows in pages and in order', async () => {
  const one = await clientOf(ada);
  const two = await clientOf(bob);
  const room = await makeRoom(one.hearth, 'Archive');
  await two.hearth.api.chat.joinRoom({ roomId: room.id });
  await one.post(room, 'a0');
  await until(() => two.texts.length === 1);
  two.hearth.ws.disconnect();
  const { postMessage } = one.hearth.api.chat;
  const missed = numbers(1, 700).map((n) => `a${n}`);
  await Promise.all(missed.map((text) => postMessage({ roomId: room.id, clientId: text, text })));
  await until(() => one.texts.length === 701);
  two.hearth.ws.connect();
  await until(() => two.onlines.length === 2);
  expect(two.texts).toEqual(one.texts);
  expect(two.onlines).toEqual([true, true]);
}, 20_000);

test('the same message sent by socket and by HTTP is stored once', async () => {
  const { hearth, post, texts } = await clientOf(ada);
  const room = await makeRoom(hearth, 'Twice');
  const bySocket = await post(room, 'once');
  const byHttp = await hearth.api.chat.postMessage(
    { roomId: room.id, clientId: 'c-once', text: 'once' },
    { key: 'c-once' },
  );
  if (!bySocket.ok || !byHttp.ok) throw new Error('not stored');
  expect(byHttp.data.id).toBe(bySocket.data.id);
  await hearth.ws.send('subscribe', `room:${room.id}`, {});
  expect(texts).toEqual(['once']);
});

test('a live stream brings samples, over SSE and over the socket', async () => {
  const { hearth } = await clientOf(ada);
  const stream = hearth.sse.metrics.live();
  const { value } = await stream.next();
  expect(value).toMatchObject({ event: 'system_metrics', data: { at: expect.any(Number) } });
  await stream.return?.({ ok: true, data: {} });

  let sample: unknown;
  hearth.events.on('system_metrics', (payload) => (sample = payload));
  const subscription = hearth.ws.subscribe('system:metrics');
  expect((await subscription.ready).ok).toBe(true);
  await until(() => sample !== undefined);
  subscription.unsubscribe();
});

test('a channel that one may not see cannot be subscribed to', async () => {
  const one = await clientOf(ada);
  const two = await clientOf(bob);
  const room = await one.hearth.api.chat.createRoom({ name: 'Secret', kind: 'private' });
  if (!room.ok) throw new Error(room.error.code);
  const { ready } = two.hearth.ws.subscribe(`room:${room.data.id}`);
  expect(await ready).toMatchObject({ ok: false, error: { code: 'hub.channel_not_found' } });
});

test('a session that is ended elsewhere refuses the connection and says so', async () => {
  const person = await server.join('Carol');
  const { hearth } = await clientOf(person);
  expect((await hearth.api.auth.sessions()).ok).toBe(true);
  expect((await person.call('auth/signOut')).body.ok).toBe(true);
  await until(() => hearth.state.get().connection.status === 'refused');
  expect(hearth.state.get().session).toEqual({ status: 'signedOut' });
});

test('by cookies alone a client signs in, renews, connects and signs out', async () => {
  await server.join('Dora');
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const browserFetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    headers.set('cookie', cookies());
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const { name, value } = Bun.Cookie.parse(line);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
  class BrowserSocket extends WebSocket {
    constructor(url: string | URL) {
      // Bun takes options where browsers take protocols.
      super(url, { headers: { cookie: cookies(), origin: new URL(server.url).origin } } as unknown as string[]);
    }
  }
  const hearth = createHearth({
    baseUrl: server.url,
    fetch: Object.assign(browserFetch, { preconnect: fetch.preconnect }),
    WebSocket: BrowserSocket,
  });
  open.push(hearth);
  const status = () => hearth.state.get().connection.status;
  expect(await hearth.start()).toEqual({ ok: true, data: { status: 'signedOut' } });
  const signedIn = await hearth.api.auth.signIn({ email: 'dora@example.org', password: PASSWORD });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
  hearth.signedIn(signedIn.data.user);
  await until(() => status() === 'online');
  const before = cookies();
  expect((await hearth.api.auth.refresh()).ok).toBe(true);
  expect(cookies()).not.toBe(before);
  expect((await hearth.api.people.me()).ok).toBe(true);
  expect(status()).toBe('online');
  expect(await hearth.signOut()).toEqual({ ok: true, data: {} });
  expect(jar.size).toBe(0);
  expect(status()).toBe('offline');
});
