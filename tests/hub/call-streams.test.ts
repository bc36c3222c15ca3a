import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import type { StreamPayload } from '@shared/hub/frames.ts';
import { limits } from '@shared/hub/limits.ts';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let socket: TestSocket;
const probe = probeModule();
const finished = () => probe.seen.filter((each) => each === 'finally').length;

beforeAll(async () => {
  server = await startTestServer({ modules: [probe.module] });
  ada = await server.admin();
});
beforeAll(async () => {
  socket = await connect();
});
afterEach(async () => {
  await socket.close();
  socket = await connect();
});
afterAll(async () => {
  await socket.close();
  await server.stop();
});

const connect = () => openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });
const call = (name: string, input: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  socket.ask('call', 'system', { module: 'probe', function: name, input, ...more });
const eventsOf = (id: unknown) =>
  socket.frames.flatMap(({ event, payload }) =>
    event === 'stream' && payload.id === id ? [payload as StreamPayload] : [],
  );
const endOf = (id: unknown) => socket.next(({ event, payload }) => event === 'stream_end' && payload.id === id);

test('a call of a stream is acked, brings its events under its id, and says when it has finished [S12]', async () => {
  const ack = await call('count', { to: 3 });
  expect(ack).toMatchObject({ event: 'ack', payload: { stream: true } });
  expect((await endOf(ack.id)).payload).toEqual({ id: ack.id });
  expect(eventsOf(ack.id).map(({ event, data, eventId }) => [event, (data as { n: number }).n, eventId])).toEqual([
    ['number', 1, '1'],
    ['number', 2, '2'],
    ['number', 3, '3'],
  ]);
  const order = socket.frames.map(({ event }) => event).filter((event) => event !== 'pong');
  expect(order).toEqual(['welcome', 'ack', 'stream', 'stream', 'stream', 'stream_end']);
});

test('a stream goes on after the event that its call names', async () => {
  const { id } = await call('count', { to: 5 }, { lastEventId: '3' });
  await endOf(id);
  expect(eventsOf(id).map(({ eventId }) => eventId)).toEqual(['4', '5']);
});

test('an error inside ends the stream without its cause', async () => {
  const { id } = await call('breaks');
  expect((await endOf(id)).payload).toMatchObject({ error: { code: 'server.internal' } });
  expect(JSON.stringify(socket.frames)).not.toContain('secret cause');
});

test('cancelling ends it within 100 ms, and closing the socket ends all [S12]', async () => {
  const before = finished();
  const first = await call('wait');
  const others = [await call('wait'), await call('wait')];
  expect(others.map(({ event }) => event)).toEqual(['ack', 'ack']);
  await until(() => probe.seen.filter((each) => each === 'waiting').length >= 3);
  const asked = performance.now();
  expect((await socket.ask('cancel', 'system', { id: first.id })).event).toBe('ack');
  await until(() => finished() === before + 1);
  expect(performance.now() - asked).toBeLessThan(100);
  await endOf(first.id);
  const left = performance.now();
  await socket.close();
  await until(() => finished() === before + 3);
  expect(performance.now() - left).toBeLessThan(100);
});

test('what is no stream of ours cannot be cancelled, and a call without an id cannot begin one', async () => {
  expect((await socket.ask('cancel', 'system', { id: 'nope' })).payload.code).toBe('hub.stream_not_found');
  expect((await socket.ask('cancel', 'system', {})).payload.code).toBe('request.invalid');
  const from = socket.frames.length;
  socket.send({ event: 'call', channel: 'system', payload: { module: 'probe', function: 'count', input: { to: 1 } } });
  expect((await socket.next(({ event }) => event === 'error', from)).payload).toMatchObject({
    code: 'request.invalid',
    issues: [{ path: 'id', code: 'required' }],
  });
});

test('wrong input and missing rights refuse it as they refuse a function', async () => {
  expect((await call('count', { to: 'x' })).payload.code).toBe('request.invalid');
  const refused = await socket.ask('call', 'system', {
    module: 'hub',
    function: 'subscribe',
    input: { channels: ['nope:1'] },
  });
  expect(refused.payload.code).toBe('hub.channel_not_found');
});

test('a connection has at most so many streams, and room again when one ends', async () => {
  const calls = [];
  for (let n = 0; n < limits.streams; n++) calls.push(await call('wait'));
  expect((await call('wait')).payload).toMatchObject({
    code: 'hub.too_many_streams',
    params: { maximum: limits.streams },
  });
  await socket.ask('cancel', 'system', { id: calls[0]?.id });
  await endOf(calls[0]?.id);
  expect((await call('count', { to: 1 })).event).toBe('ack');
});

test('a stream of many events arrives whole and cuts nobody off', async () => {
  const { id } = await call('count', { to: 30_000 });
  await endOf(id);
  expect(eventsOf(id)).toHaveLength(30_000);
  expect(socket.closed).toBeUndefined();
});
