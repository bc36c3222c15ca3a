import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { probeModule } from '../support/probe.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
const probe = probeModule();

beforeAll(async () => {
  server = await startTestServer({ modules: [probe.module] });
  ada = await server.admin();
});
afterAll(() => server.stop());

const stream = (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${server.url}sse/${path}`, {
    headers: { authorization: `Bearer ${ada.token}`, ...headers },
    ...(signal ? { signal } : {}),
  });

const fieldsOf = (text: string): Record<string, string>[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => Object.fromEntries(block.split('\n').map((row) => row.split(/: (.*)/s).slice(0, 2))));

test('a generator streams events with ids and says done [S1, S2]', async () => {
  const response = await stream('probe/count?to=3');
  expect(response.headers.get('content-type')).toStartWith('text/event-stream');
  const events = fieldsOf(await response.text());
  expect(events.map(({ event, id }) => [event, id])).toEqual([
    ['number', '1'],
    ['number', '2'],
    ['number', '3'],
    ['done', 'done'],
  ]);
});

test('a newline in the data cannot forge a field [S1]', async () => {
  const [first] = fieldsOf(await (await stream('probe/count?to=1')).text());
  expect(first?.id).toBe('1');
  expect(JSON.parse(first?.data ?? '')).toEqual({ n: 1, text: 'line one\nid: 99\n\nevent: forged' });
});

test('a stream resumes after Last-Event-ID, and a finished one answers 204 [S2]', async () => {
  const resumed = fieldsOf(await (await stream('probe/count?to=3', { 'last-event-id': '2' })).text());
  expect(resumed.map(({ id }) => id)).toEqual(['3', 'done']);
  expect((await stream('probe/count?to=3', { 'last-event-id': 'done' })).status).toBe(204);
});

test('an error inside is an error event that says nothing of its cause [S3]', async () => {
  const events = fieldsOf(await (await stream('probe/breaks')).text());
  expect(events.map(({ event }) => event)).toEqual(['one', 'error']);
  expect(JSON.parse(events[1]?.data ?? '')).toMatchObject({ code: 'server.internal' });
  expect(JSON.stringify(events)).not.toContain('secret cause');
});

test('the generator’s finally runs as soon as the client goes away [S3]', async () => {
  probe.seen.length = 0;
  const abort = new AbortController();
  const response = await stream('probe/wait', {}, abort.signal);
  await response.body?.getReader().read();
  await until(() => probe.seen.includes('waiting'), 'the generator to wait');
  abort.abort();
  await until(() => probe.seen.includes('finally'), 'finally');
});

test('a stream ends when its session does [S3]', async () => {
  probe.seen.length = 0;
  const other = await server.signIn('ada@example.org', PASSWORD);
  const response = await stream('probe/wait', { authorization: `Bearer ${other.token}` });
  const text = response.text();
  await until(() => probe.seen.includes('waiting'), 'the generator to wait');
  await other.get('auth/signOut');
  await text;
  expect(probe.seen).toContain('finally');
});

test('refusals are plain HTTP answers', async () => {
  expect((await fetch(`${server.url}sse/probe/count?to=1`)).status).toBe(401);
  expect((await stream('probe/nope')).status).toBe(404);
  expect((await stream('probe/count?to=many')).status).toBe(422);
});

test('the metrics stream gives a reading at once', async () => {
  const abort = new AbortController();
  const reader = (await stream('metrics/live', {}, abort.signal)).body?.getReader();
  let text = '';
  await until(async () => {
    text += new TextDecoder().decode((await reader?.read())?.value);
    return text.includes('event: system_metrics');
  }, 'a reading');
  abort.abort();
});

test('a socket handler gets messages in order, refuses what its contract does not know, and is told of the end', async () => {
  probe.seen.length = 0;
  const socket = await openSocket(
    `${server.url}ws/probe/talk?room=lobby`,
    { authorization: `Bearer ${ada.token}` },
    { welcome: false },
  );
  const frames = socket.frames as unknown as Record<string, unknown>[];
  for (let i = 0; i < 20; i++) socket.send({ say: String(i) });
  await until(() => frames.length === 21, 'every echo');
  expect(frames).toEqual([{ welcome: 'lobby' }, ...Array.from({ length: 20 }, (_, i) => ({ said: String(i) }))]);
  socket.send({ say: 1 });
  socket.raw('{{');
  socket.send({ say: 'throw' });
  socket.send({ say: 'still here' });
  await until(() => frames.some(({ said }) => said === 'still here'), 'an answer after the errors');
  expect(socket.frames.filter(({ event }) => event === 'error').map(({ payload }) => payload.code)).toEqual([
    'request.invalid',
    'request.malformed',
  ]);
  await socket.close();
  await until(() => probe.seen.includes('close'), 'close');
});

test('a socket handler is refused before the upgrade and closed when its session ends', async () => {
  const upgrade = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}ws/${path}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
  expect((await upgrade('probe/talk?room=x')).status).toBe(401);
  expect((await upgrade('probe/nope')).status).toBe(404);
  expect((await upgrade('probe/talk', { authorization: `Bearer ${ada.token}` })).status).toBe(422);
  const other = await server.signIn('ada@example.org', PASSWORD);
  const socket = await openSocket(
    `${server.url}ws/probe/talk?room=x`,
    { authorization: `Bearer ${other.token}` },
    { welcome: false },
  );
  await other.get('auth/signOut');
  expect((await socket.untilClosed()).code).toBe(closeCodes.sessionEnded);
});
