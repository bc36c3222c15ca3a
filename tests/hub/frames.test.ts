import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { limits } from '@shared/hub/frames.ts';
import { leversModule } from '../support/levers.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const { module, levers } = leversModule();
let server: TestServer;
let ada: Person;
let room: string;

const connect = (): Promise<TestSocket> => openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });

beforeAll(async () => {
  server = await startTestServer({ modules: [module] });
  ada = await server.admin();
  room = `room:${(await ada.get('chat/listRooms'))[0].id}`;
});
afterAll(() => server.stop());

test('every frame of the server has event, channel, payload and its time; cursors stand on what is journalled alone [F1, F2]', async () => {
  const socket = await connect();
  await socket.ask('subscribe', 'gauge:f1');
  server.app.hub.publish('gauge:f1', 'measured', { value: 1 });
  await socket.ask('chat_message', room, { clientId: 'f1', text: 'hello' });
  await socket.ask('ping', 'system');
  await socket.ask('unsubscribe', 'gauge:none');
  await socket.next(({ event }) => event === 'measured');
  await socket.next(({ event }) => event === 'chat_message');
  const kinds = new Set(socket.frames.map(({ event }) => event));
  expect([...kinds]).toEqual(expect.arrayContaining(['welcome', 'ack', 'error', 'pong', 'measured', 'chat_message']));
  for (const frame of socket.frames) {
    expect(frame).toMatchObject({ event: expect.any(String), channel: expect.any(String) });
    expect([typeof frame.payload, Array.isArray(frame.payload)]).toEqual(['object', false]);
    expect(Number.isInteger(frame.ts)).toBe(true);
    const known = ['event', 'channel', 'payload', 'ts', 'id', 'offset', 'epoch', 'seq'];
    expect(Object.keys(frame).filter((key) => !known.includes(key))).toEqual([]);
    const cursor = ['epoch', 'offset', 'seq'].filter((key) => key in frame);
    if (['welcome', 'error', 'pong', 'measured'].includes(frame.event)) expect(cursor).toEqual([]);
    else if (frame.event === 'chat_message') expect(cursor).toHaveLength(3);
    else expect([0, 3]).toContain(cursor.length);
  }
  await socket.close();
});

test('an id is echoed as it came, text or number, and what is no id is refused [F2]', async () => {
  const socket = await connect();
  const ping = { event: 'ping', channel: 'system', payload: {} };
  for (const id of ['a', '🙂', 'x'.repeat(64), 0, 7]) {
    const from = socket.frames.length;
    socket.send({ ...ping, id });
    expect(await socket.next(({ event }) => event === 'pong', from)).toMatchObject({ id });
  }
  for (const id of ['', 'x'.repeat(65), -1, 1.5, null, {}, true]) {
    const from = socket.frames.length;
    socket.send({ ...ping, id });
    // Somebody else's coming or going may be told at any time.
    const answer = await socket.next(({ event }) => event !== 'presence', from);
    expect([answer.event, answer.payload.code, answer.id]).toEqual(['error', 'request.invalid', undefined]);
  }
  await socket.close();
});

describe('a frame that is too large', () => {
  const sized = (bytes: number, id: number) => {
    const bare = JSON.stringify({ event: 'ping', channel: 'system', payload: { x: '' }, id });
    return bare.replace('""', `"${'y'.repeat(bytes - bare.length)}"`);
  };

  test('by one byte is refused by its id, and the connection stays open [F3, F5]', async () => {
    const socket = await connect();
    socket.raw(sized(limits.frameBytes, 1));
    expect((await socket.next(({ id }) => id === 1)).event).toBe('pong');
    socket.raw(sized(limits.frameBytes + 1, 2));
    expect(await socket.next(({ id }) => id === 2)).toMatchObject({
      event: 'error',
      payload: { code: 'request.too_large' },
    });
    expect((await socket.ask('ping', 'system')).event).toBe('pong');
    await socket.close();
  });

  test('by more than double closes the connection with 1009, and no other [F3]', async () => {
    const [greedy, other] = [await connect(), await connect()];
    greedy.raw(sized(2 * limits.frameBytes, 1));
    expect((await greedy.next(({ id }) => id === 1)).payload.code).toBe('request.too_large');
    greedy.raw(sized(2 * limits.frameBytes + 1, 2));
    expect((await greedy.untilClosed()).code).toBe(1009);
    expect((await other.ask('ping', 'system')).event).toBe('pong');
    await other.close();
  });
});

test('a frame without an id is answered only when it is refused [F5]', async () => {
  const socket = await connect();
  const from = socket.frames.length;
  const send = (event: string, channel: string, payload: object = {}) => socket.send({ event, channel, payload });
  send('subscribe', 'gauge:quiet');
  send('unsubscribe', 'gauge:quiet');
  send('pong', 'system');
  send('call', 'system', { module: 'people', function: 'me' });
  send('authentication', 'system', { token: ada.token });
  send('subscribe', 'nowhere:1');
  expect((await socket.ask('pong', 'system')).event).toBe('ack');
  // Somebody else's coming or going may be told at any time.
  const answers = socket.frames.slice(from).filter(({ event }) => event !== 'presence');
  expect(answers.map(({ event, payload }) => payload.code ?? event)).toEqual(['hub.channel_not_found', 'ack']);
  await socket.close();
});

test('a frame of another shape is refused by its id where it has one, and by none where it has not [F2, F5]', async () => {
  const socket = await connect();
  const wrong = ['[]', 'null', '{"event":"ping"}', '{"event":"ping","channel":"system","payload":{},"more":1}'];
  for (const text of wrong) {
    const from = socket.frames.length;
    socket.raw(text);
    const refusal = await until(() => socket.frames.slice(from).find(({ event }) => event === 'error'));
    expect([text, refusal.payload.code, 'id' in refusal]).toEqual([text, 'request.invalid', false]);
  }
  socket.raw('{"event":"ping","id":"mine"}');
  expect((await socket.next(({ id }) => id === 'mine')).payload.code).toBe('request.invalid');
  const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`;
  socket.raw(`{"event":"ping","channel":"system","payload":${deep},"id":"deep"}`);
  expect((await socket.next(({ id }) => id === 'deep')).payload.code).toBe('request.malformed');
  await socket.close();
});

test('no error tells of its cause, of the server, or what value was sent [F6]', async () => {
  const socket = await connect();
  const secret = 'hunter2';
  const call = (fn: string, input: object = {}, of = 'levers') => [
    'call',
    'system',
    { module: of, function: fn, input },
  ];
  const wrong = [
    call('throws'),
    call('count', { by: secret }),
    call('rewrite', { channel: 7, offset: secret, payload: 0 }),
    call('signIn', { email: secret, password: { secret } }, 'auth'),
    call(secret),
    ['authentication', 'system', { token: secret }],
    ['authentication', 'system', { ticket: secret }],
    ['subscribe', room, { since: { epoch: secret, offset: secret } }],
    ['chat_message', room, { clientId: secret, text: '' }],
    [secret, 'system', {}],
  ] as [string, string, Record<string, unknown>][];
  for (const [event, channel, payload] of wrong) {
    const answer = await socket.ask(event, channel, payload);
    expect(answer.event).toBe('error');
    expect(answer.payload).toMatchObject({
      code: expect.stringMatching(/^[a-z]+\.[a-z_]+$/),
      message: expect.stringMatching(/^[A-Z]/),
      retryable: expect.any(Boolean),
    });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|secret cause|passwd|\/|\.ts|\bat \w+ \(/);
  }
  socket.raw(`{"event":"${secret}`);
  const malformed = await socket.next(({ payload }) => payload.code === 'request.malformed');
  expect(JSON.stringify(malformed)).not.toContain(secret);
  expect(server.log.join('')).toContain('secret cause');
  await socket.close();
});

test('while a frame is handled 256 more wait in their order, and what comes beyond is refused by its id [F5, F7]', async () => {
  const socket = await connect();
  socket.send({ event: 'call', channel: 'system', payload: { module: 'levers', function: 'hold' }, id: 'held' });
  await until(() => levers.held === 1);
  const from = socket.frames.length;
  const beyond = 10;
  // Others come and go meanwhile: only answers count.
  const answers = () => socket.frames.slice(from).filter(({ id }) => id !== undefined);
  for (let id = 0; id < limits.queue + beyond; id++) socket.send({ event: 'ping', channel: 'system', payload: {}, id });
  await until(() => answers().length === beyond);
  expect(answers().map(({ id, payload }) => [id, payload.code])).toEqual(
    Array.from({ length: beyond }, (_, n) => [limits.queue + n, 'hub.queue_full']),
  );
  levers.letGo();
  await until(() => answers().length === beyond + 1 + limits.queue);
  expect(
    answers()
      .slice(beyond)
      .map(({ id }) => id),
  ).toEqual(['held', ...Array.from({ length: limits.queue }, (_, n) => n)]);
  await socket.close();
});

test('messages that are sent in turn to two rooms get their places in the order they were sent [F7]', async () => {
  const socket = await connect();
  const other = `room:${(await ada.get('chat/createRoom', { name: 'Other', kind: 'private' })).id}`;
  const count = 100;
  for (let id = 0; id < count; id++)
    socket.send({
      event: 'chat_message',
      channel: id % 3 === 0 ? other : room,
      payload: { clientId: `turn-${id}`, text: `${id}` },
      id,
    });
  const acks = await until(() => {
    const all = socket.frames.filter(({ event }) => event === 'ack');
    return all.length === count ? all : undefined;
  });
  expect(acks.map(({ payload }) => payload.body.text)).toEqual(Array.from({ length: count }, (_, id) => `${id}`));
  const seqs = acks.map(({ seq }) => seq ?? 0);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  await socket.close();
});
