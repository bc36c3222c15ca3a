import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/frames.ts';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let ben: Person;
let room: string;

const bearer = (person: Person) => ({ authorization: `Bearer ${person.token}` });
const connect = (person: Person): Promise<TestSocket> => openSocket(`${server.url}ws`, bearer(person));
const post = (person: Person, text: string, roomId = room) =>
  person.get('chat/postMessage', { roomId, clientId: `c-${text.replaceAll(' ', '-')}-${person.user.id}`, text });

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
  ben = await server.join('Ben');
  room = (await ada.get('chat/listRooms'))[0].id;
});
afterAll(() => server.stop());

describe('connecting', () => {
  const handshake = (headers: Record<string, string>, query = '') =>
    fetch(`${server.url}ws${query}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });

  test('a missing, malformed or forged token is a 401 before the upgrade [C1]', async () => {
    const [head, payload] = ada.token.split('.');
    const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
    for (const headers of [
      {},
      ...['x', `${head}.${payload}.AAAA`, none].map((t) => ({ authorization: `Bearer ${t}` })),
    ])
      expect((await handshake(headers)).status).toBe(401);
  });

  test('a cookie from a foreign origin is a 403, from our own it connects [C2]', async () => {
    const foreign = await handshake({ cookie: ada.cookies, origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const socket = await openSocket(`${server.url}ws`, { cookie: ada.cookies, origin: new URL(server.url).origin });
    expect(socket.frames[0]?.event).toBe('welcome');
    await socket.close();
  });

  test('a ticket connects once, and only from the origin it is bound to [C3]', async () => {
    const { ticket } = await ada.get('auth/ticket', { origin: 'https://page.example' });
    const wrong = await handshake({ origin: 'https://other.example' }, `?ticket=${ticket}`);
    expect(wrong.status).toBe(401);
    const fresh = (await ada.get('auth/ticket', { origin: 'https://page.example' })).ticket;
    const socket = await openSocket(`${server.url}ws?ticket=${fresh}`, { origin: 'https://page.example' });
    expect(socket.frames[0]?.event).toBe('welcome');
    expect((await handshake({ origin: 'https://page.example' }, `?ticket=${fresh}`)).status).toBe(401);
    await socket.close();
    expect(server.log.join('')).not.toContain(fresh);
  });

  test('a plain GET with a token is told to upgrade', async () => {
    expect((await fetch(`${server.url}ws`, { headers: bearer(ada) })).status).toBe(426);
  });

  test('welcome comes first and names connection, user, limits, build, channels and rooms [C6]', async () => {
    const socket = await connect(ben);
    const [welcome] = socket.frames;
    expect(welcome).toMatchObject({ event: 'welcome', channel: 'system' });
    expect(welcome?.payload).toMatchObject({
      protocol: 1,
      user: { id: ben.user.id, role: 'member' },
      limits: { frameBytes: limits.frameBytes, channels: 128 },
      pingInterval: 25_000,
    });
    const names = welcome?.payload.channels.map(({ channel }: { channel: string }) => channel);
    expect(names).toEqual(expect.arrayContaining([`user:${ben.user.id}`, 'global', `room:${room}`]));
    expect(welcome?.payload.state.chat.rooms[0]).toMatchObject({ id: room });
    await socket.close();
  });
});

describe('frames', () => {
  let socket: TestSocket;
  beforeAll(async () => {
    socket = await connect(ada);
  });
  afterAll(() => socket.close());

  const refused: [string, unknown, string][] = [
    ['not an object', [], 'request.invalid'],
    ['no channel', { event: 'ping', payload: {} }, 'request.invalid'],
    ['an unknown key', { event: 'ping', channel: 'system', payload: {}, extra: 1 }, 'request.invalid'],
    ['a payload that is no object', { event: 'ping', channel: 'system', payload: 'x' }, 'request.invalid'],
    ['an unknown event', { event: 'nonsense', channel: 'system', payload: {} }, 'hub.unknown_event'],
    ['a prototype name as event', { event: '__proto__', channel: 'system', payload: {} }, 'hub.unknown_event'],
    ['an event only the server sends', { event: 'welcome', channel: 'system', payload: {} }, 'hub.unknown_event'],
    ['a channel that does not exist', { event: 'subscribe', channel: 'nope:1', payload: {} }, 'hub.channel_not_found'],
    [
      'a room that is not ours to know',
      { event: 'subscribe', channel: 'room:room_00000000000000000000000000', payload: {} },
      'hub.channel_not_found',
    ],
    [
      'another person’s channel',
      { event: 'subscribe', channel: 'user:usr_00000000000000000000000000', payload: {} },
      'hub.channel_not_found',
    ],
    [
      'a channel and a payload that disagree',
      { event: 'chat_message', channel: 'room:a', payload: { roomId: 'b' } },
      'request.invalid',
    ],
    [
      'a function that does not exist',
      { event: 'call', channel: 'system', payload: { module: 'chat', function: 'nope' } },
      'request.not_found',
    ],
    [
      'a function that sets cookies',
      { event: 'call', channel: 'system', payload: { module: 'auth', function: 'signOut' } },
      'request.http_only',
    ],
    [
      'an unsubscribe from nothing',
      { event: 'unsubscribe', channel: 'system:metrics', payload: {} },
      'hub.not_subscribed',
    ],
  ];
  test('a function whose answer is a secret can be called, as long as it sets no cookies', async () => {
    const answer = await socket.ask('call', 'system', { module: 'auth', function: 'ticket' });
    expect(answer).toMatchObject({ event: 'ack', payload: { ticket: expect.any(String) } });
  });

  test.each(refused)('%s is an error frame and leaves the connection open [F3, F4, N1]', async (_, frame, code) => {
    const from = socket.frames.length;
    socket.send(frame);
    const answer = await socket.next(({ event }) => event === 'error', from);
    expect(answer.payload.code).toBe(code);
    expect(answer.payload.message).not.toContain('/');
    expect((await socket.ask('ping', 'system')).event).toBe('pong');
  });

  test('broken JSON, binary and oversized frames are error frames too [F3]', async () => {
    for (const [data, code] of [
      ['{"event":', 'request.malformed'],
      [new Uint8Array([1, 2, 3]), 'request.malformed'],
      [
        JSON.stringify({ event: 'ping', channel: 'system', payload: { x: 'y'.repeat(limits.frameBytes) } }),
        'request.too_large',
      ],
    ] as const) {
      const from = socket.frames.length;
      socket.raw(data);
      expect((await socket.next(({ event }) => event === 'error', from)).payload.code).toBe(code);
    }
  });

  test('a request with an id gets exactly one answer, in the order of the requests [F5, F7]', async () => {
    const from = socket.frames.length;
    for (let id = 0; id < 50; id++)
      socket.send({
        event: 'call',
        channel: 'system',
        payload: id % 2 ? { module: 'people', function: 'me' } : { module: 'chat', function: 'listRooms' },
        id,
      });
    await until(() => socket.frames.slice(from).filter(({ id }) => typeof id === 'number').length === 50);
    expect(socket.frames.slice(from).flatMap(({ id }) => (typeof id === 'number' ? [id] : []))).toEqual(
      Array.from({ length: 50 }, (_, id) => id),
    );
  });

  test('a posted message is acked with its cursor and arrives as an event with the same one [X1]', async () => {
    const ack = await socket.ask('chat_message', `room:${room}`, { clientId: 'ack-1', text: 'hello' });
    expect(ack).toMatchObject({ event: 'ack', channel: `room:${room}`, payload: { body: { text: 'hello' } } });
    const event = await socket.next((frame) => frame.event === 'chat_message' && frame.payload.clientId === 'ack-1');
    expect([event.offset, event.epoch, event.seq]).toEqual([ack.offset, ack.epoch, ack.seq]);
    expect(event.payload).toEqual(ack.payload);
    const again = await socket.ask('chat_message', `room:${room}`, { clientId: 'ack-1', text: 'hello' });
    expect(again).toMatchObject({ event: 'ack', offset: ack.offset, payload: { id: ack.payload.id } });
  });

  test('the same idempotency key does a thing once, and with another input it is refused [X2]', async () => {
    const input = { module: 'chat', function: 'createRoom', input: { name: 'Once', kind: 'private' }, key: 'k-1' };
    const first = await socket.ask('call', 'system', input);
    const again = await socket.ask('call', 'system', input);
    expect(again.payload).toEqual(first.payload);
    const other = await socket.ask('call', 'system', { ...input, input: { name: 'Twice', kind: 'private' } });
    expect(other.payload.code).toBe('request.idempotency_conflict');
    const named = (await ada.get('chat/listRooms')).filter(({ name }: { name: string }) => /Once|Twice/.test(name));
    expect(named).toHaveLength(1);
  });

  test('a subscription beyond the limit is refused, and rooms given by the server do not count [N2]', async () => {
    const many = await connect(ben);
    for (let i = 0; i < limits.channels; i++) expect((await many.ask('subscribe', `probe:${i}`)).event).toBe('ack');
    expect((await many.ask('subscribe', 'probe:more')).payload.code).toBe('hub.too_many_channels');
    expect((await many.ask('subscribe', `room:${room}`)).event).toBe('ack');
    expect((await many.ask('unsubscribe', 'probe:0')).event).toBe('ack');
    expect((await many.ask('subscribe', 'probe:more')).event).toBe('ack');
    await many.close();
  });

  test('a flood of frames is answered with an error and then closed with 4004 [L2]', async () => {
    const flood = await connect(ben);
    for (let i = 0; i < 3000; i++) flood.send({ event: 'ping', channel: 'system', payload: {} });
    expect((await flood.untilClosed()).code).toBe(closeCodes.rateLimited);
    expect(flood.frames.some(({ payload }) => payload.code === 'request.rate_limited')).toBe(true);
  });

  test('somebody who keeps breaking the protocol is closed with 4502 [L3]', async () => {
    const rude = await connect(ben);
    for (let i = 0; i < 60; i++) rude.raw('{{');
    expect((await rude.untilClosed()).code).toBe(closeCodes.protocolViolation);
  });
});

describe('recovery', () => {
  test('what was missed comes in order and once, in pages, and then the channel is live [R1, R2]', async () => {
    const socket = await connect(ada);
    const channel = `room:${(await ada.get('chat/createRoom', { name: 'Long', kind: 'private' })).id}`;
    const roomId = channel.slice(5);
    const first = await socket.next((frame) => frame.channel === channel && frame.event === 'member_added');
    await socket.close();
    for (let start = 0; start < 700; start += 100)
      await Promise.all(Array.from({ length: 100 }, (_, i) => post(ada, `m${start + i}`, roomId)));

    const back = await connect(ada);
    const offsets: number[] = [];
    let since = { epoch: first.epoch, offset: first.offset };
    for (;;) {
      const ack = await back.ask('subscribe', channel, { since });
      expect(ack.payload).toMatchObject({ recovered: true });
      offsets.splice(0, offsets.length, ...back.events(channel).flatMap(({ offset }) => offset ?? []));
      if (!ack.payload.more) break;
      expect(offsets.length % limits.recoveryPage).toBe(0);
      since = { epoch: first.epoch, offset: ack.payload.offset };
    }
    expect(offsets).toEqual(Array.from({ length: 700 }, (_, i) => 2 + i));
    await post(ada, 'live again', roomId);
    await back.next((frame) => frame.channel === channel && frame.offset === 702);
    await back.close();
  });

  test('a cursor of another epoch, or ahead of the head, is not recovered and nothing is replayed [R3]', async () => {
    const socket = await connect(ada);
    const { epoch } = socket.frames[0]?.payload ?? {};
    for (const since of [
      { epoch: 'another', offset: 1 },
      { epoch, offset: 99_999 },
    ]) {
      const from = socket.frames.length;
      const ack = await socket.ask('subscribe', `room:${room}`, { since });
      expect(ack.payload).toMatchObject({ recovered: false, more: false, epoch });
      expect(socket.frames.slice(from).filter(({ offset, event }) => offset !== undefined && event !== 'ack')).toEqual(
        [],
      );
    }
    await socket.close();
  });

  test('a subscriber who joins while others publish misses nothing and sees nothing twice [C7]', async () => {
    const before = await connect(ada);
    const { offset } = before.frames[0]!.payload.channels.find(
      (c: { channel: string }) => c.channel === `room:${room}`,
    );
    const posting = Promise.all(Array.from({ length: 200 }, (_, i) => post(ada, `race${i}`)));
    const late = await connect(ben);
    const start = late.frames[0]?.payload.channels.find(
      (c: { channel: string }) => c.channel === `room:${room}`,
    ).offset;
    await posting;
    await until(() => late.events(`room:${room}`).at(-1)?.offset === offset + 200 || start === offset + 200);
    const got = late.events(`room:${room}`).flatMap((frame) => frame.offset ?? []);
    expect(got).toEqual(Array.from({ length: offset + 200 - start }, (_, i) => start + 1 + i));
    await before.close();
    await late.close();
  });

  test('offsets and epoch survive a restart, and a client recovers across it [N5, R1]', async () => {
    const own = await startTestServer();
    const person = await own.admin();
    const roomId = (await person.get('chat/listRooms'))[0].id;
    const socket = await openSocket(`${own.url}ws`, bearer(person));
    const ack = await socket.ask('chat_message', `room:${roomId}`, { clientId: 'one', text: 'one' });
    const restarting = own.restart();
    expect((await socket.untilClosed()).code).toBe(closeCodes.draining);
    expect(socket.frames.some(({ event }) => event === 'drain')).toBe(true);
    await restarting;
    await person.get('chat/postMessage', { roomId, clientId: 'two', text: 'two' });
    const back = await openSocket(`${own.url}ws`, bearer(person));
    const again = await back.ask('subscribe', `room:${roomId}`, { since: { epoch: ack.epoch, offset: ack.offset } });
    expect(again.payload.recovered).toBe(true);
    expect(back.events(`room:${roomId}`).map(({ payload }) => payload.body.text)).toEqual(['two']);
    await back.close();
    await own.stop();
  });
});

describe('rights on a running connection', () => {
  test('a removed member is told so and gets no further frame, also not after reconnecting [N3]', async () => {
    const { id } = await ada.get('chat/createRoom', { name: 'Closed', kind: 'private' });
    const socket = await connect(ben);
    await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
    await post(ada, 'for ben', id);
    await socket.next((frame) => frame.channel === `room:${id}` && frame.event === 'chat_message');
    const cursor = socket.events(`room:${id}`).at(-1);

    await ada.get('chat/removeMember', { roomId: id, userId: ben.user.id });
    await socket.next((frame) => frame.event === 'room_removed');
    expect(socket.events(`room:${id}`).map(({ event }) => event)).toEqual([
      'member_added',
      'chat_message',
      'unsubscribed',
    ]);
    const from = socket.frames.length;
    await post(ada, 'not for ben', id);
    const refusal = await socket.ask('subscribe', `room:${id}`, {
      since: { epoch: cursor?.epoch, offset: cursor?.offset },
    });
    expect(refusal.payload.code).toBe('hub.channel_not_found');
    expect(
      socket.frames.slice(from).filter(({ channel, event }) => channel === `room:${id}` && event !== 'error'),
    ).toEqual([]);
    await socket.close();

    const back = await connect(ben);
    const names = back.frames[0]?.payload.channels.map(({ channel }: { channel: string }) => channel);
    expect(names).not.toContain(`room:${id}`);
    await back.close();
  });

  test('a person added to a room receives it at once on open connections [N4]', async () => {
    const socket = await connect(ben);
    const { id } = await ada.get('chat/createRoom', { name: 'New', kind: 'private' });
    await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
    await post(ada, 'welcome', id);
    expect(
      (await socket.next(({ channel, event }) => channel === `room:${id}` && event === 'chat_message')).payload.body
        .text,
    ).toBe('welcome');
    await socket.close();
  });

  test('an ended session closes its sockets with 4500 and no other [C9]', async () => {
    const phone = await server.signIn('ben@example.org', 'a long enough password');
    const [onPhone, onDesk] = [await connect(phone), await connect(ben)];
    const sessions = await phone.get('auth/sessions');
    const mine = sessions.find(({ current }: { current: boolean }) => current);
    await ben.get('auth/endSession', { id: mine.id });
    expect((await onPhone.untilClosed()).code).toBe(closeCodes.sessionEnded);
    expect((await onDesk.ask('ping', 'system')).event).toBe('pong');
    expect((await phone.call('people/me')).status).toBe(401);
    await onDesk.close();
  });
});
