import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let ben: Person;
let gus: Person;
let room: string;
/** Ben has two devices of one session. */
let sockets: Record<'ada' | 'ben' | 'ben2' | 'gus', TestSocket>;
type Name = keyof typeof sockets;

const connect = ({ token }: Person): Promise<TestSocket> =>
  openSocket(`${server.url}ws`, { authorization: `Bearer ${token}` });
const idOf = (socket: TestSocket): string => socket.frames[0]?.payload.connectionId;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  ben = await server.join('Ben');
  gus = await server.join('Gus', 'guest');
  room = (await ada.get('chat/listRooms'))[0].id;
  sockets = { ada: await connect(ada), ben: await connect(ben), ben2: await connect(ben), gus: await connect(gus) };
  // Who came is told a moment later; after that nothing happens by itself.
  const told = (): string[] =>
    sockets.ada
      .events('global', 'presence')
      .flatMap(({ payload }) => payload.users.map(({ id }: { id: string }) => id));
  await until(() => [ada, ben, gus].every(({ user }) => told().includes(user.id)));
});
afterAll(async () => {
  for (const socket of Object.values(sockets)) if (!socket.closed) await socket.close();
  await server.stop();
});

/** What arrives at whom because of this, and nothing else: a ping after it comes last. */
async function heard(action: () => Promise<unknown>): Promise<Partial<Record<Name, string[]>>> {
  const open = (Object.keys(sockets) as Name[]).filter((name) => !sockets[name].closed);
  const from = new Map(open.map((name) => [name, sockets[name].frames.length]));
  await action();
  const heardBy: Partial<Record<Name, string[]>> = {};
  for (const name of open) {
    await sockets[name].ask('ping', 'system');
    const frames = sockets[name].frames.slice(from.get(name)).filter(({ event }) => event !== 'pong');
    if (frames.length > 0) heardBy[name] = frames.map(({ channel, event }) => `${channel} ${event}`);
  }
  return heardBy;
}

const payload = { n: 1 };
const message = { event: 'lights_out', payload };

describe('who may', () => {
  const nobody = 'con_00000000000000000000000000';
  const calls: [string, () => Record<string, unknown>][] = [
    ['publish', () => ({ channel: 'global', ...message })],
    ['broadcast', () => message],
    ['sendToUser', () => ({ userId: ben.user.id, ...message })],
    ['sendToConnection', () => ({ connectionId: idOf(sockets.ben), ...message })],
    ['disconnect', () => ({ userId: ben.user.id })],
    ['unsubscribe', () => ({ userId: ben.user.id, channel: 'global' })],
    ['stats', () => ({})],
    ['connections', () => ({})],
  ];
  test.each(calls)('%s is for admins alone, and a refused call reaches nobody [A1]', async (name, input) => {
    for (const [person, status] of [
      [ben, 403],
      [gus, 403],
    ] as const)
      expect(await heard(async () => expect((await person.call(`hub/${name}`, input())).status).toBe(status))).toEqual(
        {},
      );
    expect(await heard(async () => expect((await server.call(`hub/${name}`, input())).status).toBe(401))).toEqual({});
    expect(
      (await sockets.ben.ask('call', 'system', { module: 'hub', function: name, input: input() })).payload.code,
    ).toBe('auth.forbidden');
  });

  const refused: [string, string, () => Record<string, unknown>, number, string][] = [
    ['a channel of no namespace', 'publish', () => ({ channel: 'nope:1', ...message }), 404, 'hub.channel_not_found'],
    [
      'a room that does not exist',
      'publish',
      () => ({ channel: 'room:room_00000000000000000000000000', ...message }),
      404,
      'hub.channel_not_found',
    ],
    ['a neighbour of global', 'publish', () => ({ channel: 'global:x', ...message }), 404, 'hub.channel_not_found'],
    ['the metrics', 'publish', () => ({ channel: 'system:metrics', ...message }), 403, 'hub.publish_refused'],
    ['the statistics', 'publish', () => ({ channel: 'system:stats', ...message }), 403, 'hub.publish_refused'],
    ['a name that is no channel', 'publish', () => ({ channel: 'Room 1', ...message }), 422, 'request.invalid'],
    [
      'somebody who does not exist',
      'sendToUser',
      () => ({ userId: 'usr_00000000000000000000000000', ...message }),
      404,
      'hub.recipient_not_found',
    ],
    [
      'a closed connection',
      'sendToConnection',
      () => ({ connectionId: nobody, ...message }),
      404,
      'hub.recipient_not_found',
    ],
    ['a closed connection', 'disconnect', () => ({ connectionId: nobody }), 404, 'hub.recipient_not_found'],
    ['nobody', 'disconnect', () => ({}), 422, 'request.invalid'],
    ['two at once', 'disconnect', () => ({ userId: ben.user.id, connectionId: nobody }), 422, 'request.invalid'],
    ['a code that is not ours', 'disconnect', () => ({ userId: ben.user.id, code: 1000 }), 422, 'request.invalid'],
    [
      'a closed connection',
      'unsubscribe',
      () => ({ connectionId: nobody, channel: 'global' }),
      404,
      'hub.recipient_not_found',
    ],
    ['too much', 'broadcast', () => ({ event: 'big', payload: { x: 'y'.repeat(65_536) } }), 413, 'request.too_large'],
    [
      'an empty announcement',
      'broadcast',
      () => ({ event: 'announcement', payload: { text: ' ' } }),
      422,
      'request.invalid',
    ],
    [
      'an announcement with more in it',
      'broadcast',
      () => ({ event: 'announcement', payload: { text: 'x', html: 1 } }),
      422,
      'request.invalid',
    ],
  ];
  test.each(refused)('%s is refused by %s and reaches nobody [A4]', async (_, name, input, status, code) => {
    expect(
      await heard(async () => {
        const answer = await ada.call(`hub/${name}`, input());
        expect([answer.status, !answer.body.ok && answer.body.error.code]).toEqual([status, code]);
      }),
    ).toEqual({});
  });

  const impersonations = [
    'welcome',
    'ack',
    'error',
    'drain',
    'pong',
    'unsubscribed',
    'chat_message',
    'room_join',
    'user_typing',
    'member_removed',
    'person_changed',
    'presence',
    'system_metrics',
    'system_stats',
    'ticket_update',
  ];
  test.each(impersonations)('nobody may send the event %s, whichever way [A4]', async (event) => {
    const ways = {
      publish: { channel: `room:${room}` },
      broadcast: {},
      sendToUser: { userId: ben.user.id },
      sendToConnection: { connectionId: idOf(sockets.ben) },
    };
    for (const [name, to] of Object.entries(ways))
      expect(
        await heard(async () => {
          const answer = await ada.call(`hub/${name}`, { ...to, event, payload });
          expect([name, answer.status, !answer.body.ok && answer.body.error.code]).toEqual([
            name,
            422,
            'hub.event_reserved',
          ]);
        }),
      ).toEqual({});
  });

  test.each(['Lights', 'lights-out', '_x', 'x_', 'a__b', '__proto__', 'a b', '', 'x'.repeat(65)])(
    'an event cannot be named %p',
    async (event) => {
      expect((await ada.call('hub/broadcast', { event, payload })).status).toBe(422);
    },
  );
});

describe('publish', () => {
  test('reaches the members of a room and nobody else, with its place in the answer [A2]', async () => {
    let answer: any;
    const channel = `room:${room}`;
    expect(
      await heard(async () => {
        answer = await ada.get('hub/publish', { channel, ...message });
      }),
    ).toEqual({ ada: [`${channel} lights_out`], ben: [`${channel} lights_out`], ben2: [`${channel} lights_out`] });
    const frame = sockets.ben.events(channel, 'lights_out').at(-1);
    expect(frame).toMatchObject({ payload, ...answer.cursor });
    expect(answer.connections).toBe(3);
  });

  test('is recovered like everything of its channel, and carries its cursor in the ack [A2]', async () => {
    const channel = `room:${room}`;
    const ack = await sockets.ada.ask('call', 'system', {
      module: 'hub',
      function: 'publish',
      input: { channel, event: 'door_open', payload },
    });
    expect(ack).toMatchObject({ event: 'ack', offset: ack.payload.cursor.offset, seq: ack.payload.cursor.seq });
    const late = await connect(ben);
    await late.ask('subscribe', channel, { since: { epoch: ack.epoch, offset: (ack.offset ?? 0) - 1 } });
    expect(late.events(channel)).toMatchObject([{ event: 'door_open', payload, offset: ack.offset }]);
    await late.close();
  });

  test('does not count as an unread message', async () => {
    const before = (await ben.get('chat/listRooms')).find(({ id }: { id: string }) => id === room);
    await ada.get('hub/publish', { channel: `room:${room}`, ...message });
    const after = (await ben.get('chat/listRooms')).find(({ id }: { id: string }) => id === room);
    expect([after.unread, after.head]).toEqual([before.unread, before.head]);
  });
});

describe('broadcast', () => {
  test('reaches every connection, guests included', async () => {
    const frames = ['global announcement'];
    expect(
      await heard(async () => {
        const sent = await ada.get('hub/broadcast', { event: 'announcement', payload: { text: ' Hello ' } });
        expect(sent.connections).toBe(4);
      }),
    ).toEqual({ ada: frames, ben: frames, ben2: frames, gus: frames });
  });

  test('with the same key happens once, also when it is sent at the same time, and another input is refused [A3]', async () => {
    const key = { 'idempotency-key': 'tea-1' };
    const frames = ['global tea'];
    const input = { event: 'tea', payload };
    const answers: any[] = [];
    expect(
      await heard(async () => {
        answers.push(...(await Promise.all([1, 2, 3].map(() => ada.call('hub/broadcast', input, key)))));
      }),
    ).toEqual({ ada: frames, ben: frames, ben2: frames, gus: frames });
    expect(await heard(async () => answers.push(await ada.call('hub/broadcast', input, key)))).toEqual({});
    for (const { body } of answers) expect(body.data).toEqual(answers[0].body.data);
    expect((await ada.call('hub/broadcast', { ...input, payload: { n: 2 } }, key)).status).toBe(409);
  });
});

describe('sending to one', () => {
  test('person reaches all of their connections', async () => {
    const frames = [`user:${ben.user.id} lights_out`];
    expect(await heard(() => ada.get('hub/sendToUser', { userId: ben.user.id, ...message }))).toEqual({
      ben: frames,
      ben2: frames,
    });
  });

  test('connection reaches that one, and with the same key once [A3]', async () => {
    const input = { connectionId: idOf(sockets.ben2), ...message };
    const key = { 'idempotency-key': 'one-1' };
    expect(await heard(() => ada.call('hub/sendToConnection', input, key))).toEqual({ ben2: ['system lights_out'] });
    expect(
      await heard(async () => expect((await ada.call('hub/sendToConnection', input, key)).status).toBe(200)),
    ).toEqual({});
    expect(sockets.ben2.events('system', 'lights_out')).toMatchObject([{ payload }]);
  });
});

describe('unsubscribe', () => {
  test('cuts one connection off and tells it so, until it asks again [A5]', async () => {
    const channel = `room:${room}`;
    const cut = [`${channel} unsubscribed`];
    const input = { connectionId: idOf(sockets.ben), channel };
    expect(await heard(() => ada.get('hub/unsubscribe', input))).toEqual({ ben: cut });
    const frames = [`${channel} lights_out`];
    expect(await heard(() => ada.get('hub/publish', { channel, ...message }))).toEqual({ ada: frames, ben2: frames });
    expect((await ada.get('hub/unsubscribe', input)).connections).toBe(0);
    expect((await sockets.ben.ask('subscribe', channel)).event).toBe('ack');
    expect(await heard(() => ada.get('hub/publish', { channel, ...message }))).toEqual({
      ada: frames,
      ben: frames,
      ben2: frames,
    });
  });

  test('cuts all connections of a person off', async () => {
    const cut = ['global unsubscribed'];
    expect(
      await heard(async () =>
        expect(await ada.get('hub/unsubscribe', { userId: ben.user.id, channel: 'global' })).toEqual({
          connections: 2,
        }),
      ),
    ).toEqual({ ben: cut, ben2: cut });
    for (const name of ['ben', 'ben2'] as const) await sockets[name].ask('subscribe', 'global');
  });
});

describe('presence', () => {
  test('names the people of a channel to those who may subscribe to it, and to nobody else', async () => {
    const channel = `room:${room}`;
    expect((await ben.get('hub/presence', { channel })).users.toSorted()).toEqual(
      [ada.user.id, ben.user.id].toSorted(),
    );
    expect((await gus.call('hub/presence', { channel })).status).toBe(404);
    expect((await ada.call('hub/presence', { channel: 'system:stats' })).status).toBe(200);
    expect((await ben.call('hub/presence', { channel: 'system:stats' })).status).toBe(404);
  });
});

describe('disconnect', () => {
  const cases: [string, Record<string, unknown>, number][] = [
    ['that may come back', {}, closeCodes.disconnected],
    ['that may not', { reconnect: false }, closeCodes.dismissed],
    ['with a code of its own', { code: 4100 }, 4100],
  ];
  test.each(cases)('closes a connection %s, and no other [A6]', async (_, how, code) => {
    const doomed = await connect(ben);
    const closed = await ada.get('hub/disconnect', { connectionId: idOf(doomed), ...how });
    expect(closed).toEqual({ closed: 1 });
    expect((await doomed.untilClosed()).code).toBe(code);
    expect([sockets.ben.closed, sockets.ben2.closed]).toEqual([undefined, undefined]);
  });

  test('closes a session and leaves the other session of that person alone', async () => {
    const other = await server.signIn('gus@example.org', 'a long enough password');
    const socket = await connect(other);
    const [{ sessionId }] = (await ada.get('hub/connections', { text: idOf(socket) })).items;
    expect(await ada.get('hub/disconnect', { sessionId })).toEqual({ closed: 1 });
    expect((await socket.untilClosed()).code).toBe(closeCodes.disconnected);
    expect(sockets.gus.closed).toBeUndefined();
    expect(await connect(other).then((again) => again.close().then(() => true))).toBe(true);
  });

  test('of a person holds for who is between two polls, until it begins anew [A6]', async () => {
    const { cursor } = await gus.get('hub/poll', { channels: ['global'] });
    await ada.get('hub/disconnect', { userId: gus.user.id });
    expect((await gus.call('hub/poll', { channels: ['global'], cursor })).status).toBe(200);
    await ada.get('hub/disconnect', { userId: gus.user.id, reconnect: false });
    const refused = await gus.call('hub/poll', { channels: ['global'], cursor });
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { error: { params: { closeCode: closeCodes.dismissed } } },
    ]);
    const anew = await gus.get('hub/poll', { channels: ['global'] });
    expect((await gus.call('hub/poll', { channels: ['global'], cursor: anew.cursor })).status).toBe(200);
    const stranger = await ben.get('hub/poll', { channels: ['global'] });
    expect((await ben.call('hub/poll', { channels: ['global'], cursor: stranger.cursor })).status).toBe(200);
  });

  test('closes everything of a person once for a key, who can come back under another', async () => {
    const key = { 'idempotency-key': 'out-1' };
    const input = { userId: ben.user.id };
    expect((await ada.call('hub/disconnect', input, key)).body).toMatchObject({ data: { closed: 2 } });
    await sockets.ben.untilClosed();
    await sockets.ben2.untilClosed();
    const back = await connect(ben);
    expect((await ada.call('hub/disconnect', input, key)).body).toMatchObject({ data: { closed: 2 } });
    expect((await back.ask('ping', 'system')).event).toBe('pong');
    await back.close();
    expect(sockets.ada.closed).toBeUndefined();
  });
});
