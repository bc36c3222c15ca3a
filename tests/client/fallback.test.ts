import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createHearth, type Hearth, type HearthOptions } from '@shared/client/index.ts';
import type { Room } from '@shared/chat/schema.ts';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { blockedWebSocket, withoutStreams } from '../support/blocked.ts';
import { hurriedClock } from '../support/hurried-clock.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
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

async function clientOf(person: Person, options: Partial<HearthOptions> = {}) {
  const hearth = createHearth({
    baseUrl: server.url,
    token: () => person.token,
    random: () => 0,
    clock: hurriedClock(4),
    WebSocket: blockedWebSocket,
    ...options,
  });
  open.push(hearth);
  const texts: string[] = [];
  const resets: string[] = [];
  const statuses: string[] = [];
  hearth.events.on('chat_message', ({ body }) => body.kind === 'text' && texts.push(body.text));
  hearth.events.onReset((channel) => resets.push(channel));
  hearth.state.subscribe(({ connection }, before) => {
    if (connection.status !== before.connection.status) statuses.push(connection.status);
  });
  await hearth.start();
  const transport = () => hearth.state.get().connection.transport;
  const post = (room: Room, text: string) => {
    const clientId = `c-${text}-${room.id}`;
    return hearth.outbox.enqueue('chat', 'postMessage', { roomId: room.id, clientId, text }, clientId).done;
  };
  return { hearth, texts, resets, statuses, transport, post };
}

const makeRoom = async (name: string): Promise<Room> => {
  const room = await ada.get('chat/createRoom', { name, kind: 'public' });
  await bob.get('chat/joinRoom', { roomId: room.id });
  return room;
};

test('with sockets blocked events come by a stream, sending goes by HTTP, and the status says degraded', async () => {
  const room = await makeRoom('Blocked');
  const { hearth, texts, statuses, transport, post } = await clientOf(ada);
  await until(() => transport() === 'stream');
  expect(hearth.state.get()).toMatchObject({
    connection: { status: 'degraded' },
    welcome: { user: { id: ada.user.id }, state: { chat: { rooms: expect.any(Array) } } },
  });
  expect((await post(room, 'mine')).ok).toBe(true);
  await bob.get('chat/postMessage', { roomId: room.id, clientId: 'c-theirs', text: 'theirs' });
  await until(() => texts.length === 2);
  expect(texts).toEqual(['mine', 'theirs']);
  expect(statuses).not.toContain('online');
});

const ways = [
  ['a stream', 'stream', {}],
  ['polling', 'poll', { fetch: withoutStreams }],
] as const;

test('where a stream is opened and nothing comes, polling takes over', async () => {
  const silent: typeof fetch = Object.assign(
    (input: RequestInfo | URL, init?: RequestInit) =>
      String(input).includes('/sse/')
        ? Promise.resolve(new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } }))
        : fetch(input, init),
    { preconnect: fetch.preconnect },
  );
  const { transport } = await clientOf(ada, { fetch: silent });
  await until(() => transport() === 'poll', undefined, 15_000);
}, 20_000);

describe.each(ways)('by %s', (_, way, options) => {
  test('nothing is lost or doubled while others write, and a restart of the server is caught up with', async () => {
    const room = await makeRoom(`Restart ${way}`);
    const { texts, resets, transport } = await clientOf(ada, options);
    await until(() => transport() === way, undefined, 15_000);
    const wanted: string[] = [];
    const write = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) {
        wanted.push(`${way}${n}`);
        await bob.get('chat/postMessage', { roomId: room.id, clientId: `c-${way}${n}`, text: `${way}${n}` });
      }
    };
    await write(1, 5);
    await until(() => texts.length === 5);
    await server.restart();
    await write(6, 20);
    await until(() => texts.length === 20, undefined, 20_000);
    expect(texts).toEqual(wanted);
    expect(resets).toEqual([]);
  }, 40_000);

  test('a channel that is subscribed later comes too, and one that is not ours is refused', async () => {
    const { hearth, transport } = await clientOf(ada, options);
    await until(() => transport() === way, undefined, 15_000);
    let samples = 0;
    hearth.events.on('system_metrics', () => samples++);
    const watching = hearth.ws.subscribe('system:metrics');
    expect(await watching.ready).toMatchObject({ ok: true });
    const refused = hearth.ws.subscribe('room:room_00000000000000000000000000');
    expect(await refused.ready).toMatchObject({ ok: false, error: { code: 'hub.channel_not_found' } });
    refused.unsubscribe();
    await until(() => samples > 0);
    watching.unsubscribe();
    const seen = server.app.hub.subscriptions();
    await until(() => seen.subscribers('system:metrics') <= 1, undefined, 20_000);
  }, 40_000);

  test('somebody added to a room hears of it and of what follows there, and of nothing once removed', async () => {
    const { hearth, texts, transport } = await clientOf(bob, options);
    await until(() => transport() === way, undefined, 15_000);
    const added: string[] = [];
    hearth.events.on('room_added', ({ id }) => added.push(`+${id}`));
    hearth.events.on('room_removed', ({ roomId }) => added.push(`-${roomId}`));
    const room = await ada.get('chat/createRoom', { name: `Secret ${way}`, kind: 'private' });
    await ada.get('chat/addMember', { roomId: room.id, userId: bob.user.id });
    await until(() => added.includes(`+${room.id}`));
    await ada.get('chat/postMessage', { roomId: room.id, clientId: `in-${way}`, text: `in ${way}` });
    await until(() => texts.includes(`in ${way}`));
    await ada.get('chat/removeMember', { roomId: room.id, userId: bob.user.id });
    await until(() => added.includes(`-${room.id}`));
    await ada.get('chat/postMessage', { roomId: room.id, clientId: `out-${way}`, text: `out ${way}` });
    const lobby = await makeRoom(`After ${way}`);
    await ada.get('chat/postMessage', { roomId: lobby.id, clientId: `after-${way}`, text: `after ${way}` });
    await until(() => texts.includes(`after ${way}`));
    expect(texts).not.toContain(`out ${way}`);
  }, 40_000);

  test('what the journal no longer holds is told by a reset, not replayed in part', async () => {
    const room = await makeRoom(`Pruned ${way}`);
    const { hearth, texts, resets, transport } = await clientOf(ada, options);
    await until(() => transport() === way, undefined, 15_000);
    const write = (n: number) =>
      bob.get('chat/postMessage', { roomId: room.id, clientId: `p-${way}${n}`, text: `${n}` });
    await write(1);
    await until(() => texts.length === 1);
    hearth.ws.disconnect();
    for (let n = 2; n <= 9; n++) await write(n);
    await server.app.hub.journal.prune(3, 3_600_000);
    hearth.ws.connect();
    await until(() => resets.includes(`room:${room.id}`), undefined, 15_000);
    await write(10);
    await until(() => texts.length === 2);
    expect(texts).toEqual(['1', '10']);
  }, 40_000);

  test('the session ending elsewhere refuses the connection', async () => {
    const person = await server.join(`Carol${way}`);
    const { hearth, transport } = await clientOf(person, options);
    await until(() => transport() === way, undefined, 15_000);
    await person.call('auth/signOut');
    await until(() => hearth.state.get().connection.status === 'refused', undefined, 15_000);
    expect(hearth.state.get().session).toEqual({ status: 'signedOut' });
  }, 40_000);

  test('a client that an admin sends away for good stays away until it is told to come back [A6]', async () => {
    const person = await server.join(`Dora${way}`);
    const { hearth, transport } = await clientOf(person, options);
    await until(() => transport() === way, undefined, 15_000);
    await ada.get('hub/disconnect', { userId: person.user.id, reconnect: false });
    await until(() => hearth.state.get().connection.status === 'refused', undefined, 15_000);
    expect(hearth.state.get().connection.reason?.params).toEqual({ closeCode: closeCodes.dismissed });
    expect(server.app.hub.connections.countOf(person.user.id)).toBe(0);
    hearth.ws.connect();
    await until(() => transport() === way, undefined, 15_000);
  }, 40_000);

  test('as soon as a socket passes it takes over, without a gap', async () => {
    let blocked = true;
    class SometimesBlocked extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(blocked ? `${server.url.replace('http', 'ws')}blocked` : url, protocols);
      }
    }
    const room = await makeRoom(`Climb ${way}`);
    const { hearth, texts, transport, statuses } = await clientOf(ada, { ...options, WebSocket: SometimesBlocked });
    await until(() => transport() === way, undefined, 15_000);
    let n = 0;
    const write = () => {
      n++;
      return bob.get('chat/postMessage', { roomId: room.id, clientId: `u-${way}${n}`, text: `${way} ${n}` });
    };
    await write();
    blocked = false;
    hearth.ws.retry();
    while (transport() !== 'socket') await write();
    await write();
    await until(() => texts.length === n);
    expect(texts).toEqual(Array.from({ length: n }, (_each, at) => `${way} ${at + 1}`));
    expect(statuses.at(-1)).toBe('online');
    await until(() => server.app.hub.connections.countOf(ada.user.id) === 1, undefined, 25_000);
  }, 40_000);
});

test('somebody who only streams or polls is online to the others, and gone after a while [S13]', async () => {
  const presence = async () =>
    (await ada.get('people/list')).find(({ id }: { id: string }) => id === bob.user.id).presence;
  await until(async () => (await presence()) === 'offline', undefined, 15_000);
  const { hearth, transport } = await clientOf(bob, { fetch: withoutStreams });
  await until(() => transport() === 'poll', undefined, 15_000);
  expect(await presence()).toBe('online');
  hearth.ws.disconnect();
  await until(async () => (await presence()) === 'offline', undefined, 15_000);
}, 60_000);
