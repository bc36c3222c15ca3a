import { afterAll, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { envelope, refusal } from './server.ts';
import { setUp } from './setup.ts';
import { until } from '../support/until.ts';

const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);
const status = '/api/auth/status';

test('a call posts its input as JSON and resolves to the data', async () => {
  const { server, hearth } = setUp();
  const rooms = { items: [] };
  server.routes.set('/api/chat/history', () => envelope({ ok: true, data: rooms }));
  const result = await hearth.api.chat.history({ roomId: 'room_1', limit: 20 });
  expect(result).toEqual({ ok: true, data: rooms });
  const [seen] = server.asked('/api/chat/history');
  expect(seen).toMatchObject({ method: 'POST', body: { roomId: 'room_1', limit: 20 } });
  expect(seen?.headers.get('content-type')).toBe('application/json');
  expect(seen?.headers.has('idempotency-key')).toBe(false);
});

test('a call without input posts an empty object, and its key travels as a header', async () => {
  const { server, hearth } = setUp();
  server.routes.set(status, () => envelope({ ok: true, data: {} }));
  await hearth.api.auth.status(undefined, { key: 'k1' });
  expect(server.asked(status)[0]).toMatchObject({ body: {} });
  expect(server.asked(status)[0]?.headers.get('idempotency-key')).toBe('k1');
});

test('a refusal arrives with everything that the server said', async () => {
  const { server, hearth } = setUp();
  const error = {
    code: 'request.invalid',
    message: 'no',
    retryable: false,
    issues: [{ path: 'name', code: 'too_small' }],
  };
  server.routes.set('/api/people/updateMe', () => envelope({ ok: false, error }, 422));
  expect(await hearth.api.people.updateMe({})).toEqual({ ok: false, error });
});

test('Retry-After is taken from the header where the body has none', async () => {
  const { server, hearth } = setUp();
  server.routes.set(status, () => refusal('request.rate_limited', 429, true, { 'retry-after': '7' }));
  expect(await hearth.api.auth.status()).toMatchObject({ ok: false, error: { retryAfter: 7 } });
});

test('answers that did not come from Hearth are named so', async () => {
  const { server, hearth } = setUp();
  const html = { 'content-type': 'text/html' };
  const json = { 'content-type': 'application/json' };
  const answers = [
    new Response('<h1>Please log in to the Wi-Fi</h1>', { headers: html }),
    new Response('<h1>Bad gateway</h1>', { status: 502, headers: html }),
    new Response('{"ok":tru', { headers: json }),
    new Response('null', { headers: json }),
    new Response('{"ok":false,"error":"nope"}', { status: 400, headers: json }),
    new Response('{"ok":true,"data":1}', { status: 500, headers: json }),
    new Response(''),
  ];
  for (const answer of answers) {
    server.routes.set(status, () => answer);
    expect(codeOf(await hearth.api.auth.status())).toBe('network.bad_answer');
  }
});

test('a body that a proxy finds too large is not worth another try', async () => {
  const { server, hearth } = setUp();
  server.routes.set(status, () => new Response('<h1>413</h1>', { status: 413 }));
  expect(await hearth.api.auth.status()).toMatchObject({ error: { code: 'request.too_large', retryable: false } });
});

test('bytes and pages of Hearth arrive as content', async () => {
  const { server, hearth } = setUp();
  const code = 'a'.repeat(16);
  const qr = { 'content-type': 'image/svg+xml', 'content-disposition': 'inline; filename="qr.svg"' };
  server.routes.set('/api/people/inviteQr', () => new Response('<svg/>', { headers: qr }));
  const result = await hearth.api.people.inviteQr({ code });
  expect(result).toEqual({
    ok: true,
    data: { kind: 'binary', type: 'image/svg+xml', name: 'qr.svg', body: new TextEncoder().encode('<svg/>') },
  });
  const page = { 'content-type': 'text/html; charset=utf-8', 'x-request-id': 'req_1' };
  server.routes.set('/api/people/inviteQr', () => new Response('<p>', { headers: page }));
  expect(await hearth.api.people.inviteQr({ code })).toMatchObject({ data: { kind: 'html', body: '<p>' } });
});

test('a server that is not there is unreachable', async () => {
  const { server, hearth } = setUp();
  await server.stop();
  expect(await hearth.api.auth.status()).toMatchObject({
    ok: false,
    error: { code: 'network.unreachable', retryable: true },
  });
});

const cutting = createServer((socket) => {
  socket.once('data', () => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"ok":tr');
  });
});
afterAll(() => void cutting.close());

test('an answer that breaks off in the middle is unreachable', async () => {
  await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve));
  const address = cutting.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { hearth } = setUp({ baseUrl: `http://127.0.0.1:${port}/` });
  expect(codeOf(await hearth.api.auth.status())).toBe('network.unreachable');
});

test('a call that gets no answer times out by the given clock', async () => {
  const { server, clock, hearth } = setUp();
  const hanging = Promise.withResolvers<void>();
  server.routes.set(status, () => hanging.promise.then(() => envelope({ ok: true, data: {} })));
  const usual = hearth.api.auth.status();
  const short = hearth.api.auth.status({}, { timeout: 1000 });
  await until(() => server.asked(status).length === 2);
  clock.advance(1000);
  expect(codeOf(await short)).toBe('network.timeout');
  clock.advance(29_000);
  expect(codeOf(await usual)).toBe('network.timeout');
  expect(clock.pending).toBe(0);
  hanging.resolve();
});

test('a cancelled call resolves at once, also when it was cancelled before', async () => {
  const { server, clock, hearth } = setUp();
  const hanging = Promise.withResolvers<void>();
  server.routes.set(status, () => hanging.promise.then(() => envelope({ ok: true, data: {} })));
  const abort = new AbortController();
  const call = hearth.api.auth.status({}, { signal: abort.signal });
  await until(() => server.asked(status).length === 1);
  abort.abort();
  expect(await call).toMatchObject({ ok: false, error: { code: 'network.aborted', retryable: false } });
  expect(codeOf(await hearth.api.auth.status({}, { signal: abort.signal }))).toBe('network.aborted');
  expect(server.asked(status)).toHaveLength(1);
  expect(clock.pending).toBe(0);
  hanging.resolve();
});

test('an input that is no JSON is refused without sending it', async () => {
  const { server, hearth } = setUp();
  const input: Record<string, unknown> = {};
  input.self = input;
  expect(codeOf(await hearth.api.people.updateMe(input))).toBe('request.malformed');
  expect(server.requests).toHaveLength(0);
});

test('a Bearer token is asked for at each call', async () => {
  let count = 0;
  const { server, hearth } = setUp({ token: async () => `token-${++count}` });
  server.routes.set(status, () => envelope({ ok: true, data: {} }));
  await hearth.api.auth.status();
  await hearth.api.auth.status();
  expect(server.asked(status).map(({ headers }) => headers.get('authorization'))).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ]);
});

test('the base path of the server is kept', async () => {
  const { server, hearth } = setUp();
  const { createHearth } = await import('@shared/client/index.ts');
  const below = createHearth({ baseUrl: `${server.url}hearth/` });
  await below.api.auth.status();
  expect(server.requests[0]?.path).toBe('/hearth/api/auth/status');
  below.dispose();
  expect(hearth.api.chat.listRooms).toBe(hearth.api.chat.listRooms);
});
