import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Person;
let guest: Person;
let member: Person;

const raw = (path: string, init: RequestInit = {}) =>
  fetch(`${server.url}api/${path}`, { redirect: 'manual', ...init });
const post = (body: BodyInit, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  raw('probe/echo', { method: 'POST', body, headers });

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
  guest = await server.join('Gus', 'guest');
  member = await server.join('Mia', 'member');
});
afterAll(() => server.stop());

describe('the envelope', () => {
  test('a success carries data and the request id that also stands in the header', async () => {
    const { status, headers, body } = await server.call('probe/echo', { text: 'x' });
    expect(status).toBe(200);
    expect(body).toEqual({ ok: true, data: { text: 'x', number: 7 }, requestId: headers.get('x-request-id') ?? '' });
  });

  const refusals: [string, () => Promise<Response>, number, string][] = [
    ['malformed JSON', () => post('{"text":'), 400, 'request.malformed'],
    ['invalid UTF-8', () => post(new Uint8Array([0x7b, 0xff, 0x7d])), 400, 'request.malformed'],
    ['JSON that is no object', () => post('[1]'), 422, 'request.invalid'],
    ['a wrong type', () => post('{"text":1}'), 422, 'request.invalid'],
    ['an unknown key', () => post('{"text":"x","more":1}'), 422, 'request.invalid'],
    ['a prototype key', () => post('{"text":"x","__proto__":{"admin":true}}'), 422, 'request.invalid'],
    ['another type of body', () => post('text=x', { 'content-type': 'text/plain' }), 415, 'request.unsupported_type'],
    ['a body over the limit', () => post(`{"text":"${'x'.repeat(1024 * 1024)}"}`), 413, 'request.too_large'],
    ['an unknown function', () => raw('probe/nope'), 404, 'request.not_found'],
    ['an unknown module', () => raw('nope/echo'), 404, 'request.not_found'],
    ['an inherited name', () => raw('probe/constructor'), 404, 'request.not_found'],
    ['a stream called as a function', () => raw('probe/count'), 404, 'request.not_found'],
    ['a write by GET', () => raw('chat/createRoom?name=x'), 405, 'request.method_not_allowed'],
    ['a call without a session', () => raw('probe/guests'), 401, 'auth.unauthenticated'],
    [
      'an idempotency key with a line break in its place',
      () =>
        raw('probe/echo', {
          method: 'POST',
          body: '{"text":"x"}',
          headers: { 'content-type': 'application/json', 'idempotency-key': 'a b' },
        }),
      422,
      'request.invalid',
    ],
  ];
  test.each(refusals)(
    '%s is refused with its status and code, and the value is not echoed',
    async (_, send, status, code) => {
      const response = await send();
      expect(response.status).toBe(status);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ ok: false, error: { code }, requestId: expect.stringMatching(/^req_/) });
      expect(text).not.toContain('xxxx');
    },
  );

  test('a chunked body over the limit is cut off too', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(256 * 1024));
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ < 8) controller.enqueue(chunk);
        else controller.close();
      },
    });
    expect((await post(body)).status).toBe(413);
  });

  test('issues say where and why by path and code', async () => {
    const { body } = await server.call('probe/echo', { text: 1, nested: { deep: 'x' } });
    if (body.ok) throw new Error('accepted');
    expect(body.error.issues).toEqual([
      { path: 'text', code: 'invalid_type', params: { expected: 'string' } },
      { path: 'nested.deep', code: 'invalid_type', params: { expected: 'number' } },
    ]);
  });
});

describe('access', () => {
  const table: [string, () => Person | undefined, number, number, number][] = [
    ['a stranger', () => undefined, 401, 401, 401],
    ['a guest', () => guest, 200, 403, 403],
    ['a member', () => member, 200, 200, 403],
    ['an admin', () => ada, 200, 200, 200],
  ];
  test.each(table)('%s reaches what their role allows and nothing else', async (_, who, guests, members, admins) => {
    const call = who()?.call ?? server.call;
    const statuses = [];
    for (const name of ['guests', 'members', 'admins']) statuses.push((await call(`probe/${name}`)).status);
    expect(statuses).toEqual([guests, members, admins]);
  });

  test('a broken Bearer is not replaced by a good cookie', async () => {
    const response = await raw('probe/guests', { headers: { authorization: 'Bearer nonsense', cookie: ada.cookies } });
    expect(response.status).toBe(401);
  });

  test('a cookie counts from our own origin, is refused from another, and programs send none', async () => {
    const send = (headers: Record<string, string>) =>
      raw('probe/guests', { method: 'POST', headers: { cookie: ada.cookies, ...headers } });
    expect((await send({})).status).toBe(200);
    expect((await send({ origin: new URL(server.url).origin })).status).toBe(200);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1'])
      expect((await send({ origin })).status).toBe(403);
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});

describe('what a verb does wrong', () => {
  test('a declared error keeps its status', async () => {
    const { status, body } = await ada.call('probe/declared');
    expect([status, body.ok ? '' : body.error.code]).toEqual([418, 'probe.declared']);
  });

  test.each(['undeclared', 'throws', 'liar'])(
    '%s is a 500 whose cause is logged with the request id and not sent',
    async (name) => {
      const { status, body } = await ada.call(`probe/${name}`);
      expect(status).toBe(500);
      expect(body).toMatchObject({ ok: false, error: { code: 'server.internal' } });
      expect(JSON.stringify(body)).not.toContain('secret');
      expect(server.log.some((line) => line.includes(body.requestId) && line.includes(`probe.${name}`))).toBe(true);
    },
  );
});

describe('reads by GET', () => {
  test('fields are text where the schema says so and JSON elsewhere', async () => {
    const query = 'text=12&number=3&flag=true&list=["a"]&nested={"deep":1}';
    const body = await (await raw(`probe/echo?${query}`)).json();
    expect(body.data).toEqual({ text: '12', number: 3, flag: true, list: ['a'], nested: { deep: 1 } });
  });

  test('a repeated field is a list, and what does not fit is refused', async () => {
    expect((await (await raw('probe/echo?text=x&list=a&list=b')).json()).data.list).toEqual(['a', 'b']);
    expect((await raw('probe/echo?text=x&number=many')).status).toBe(422);
    expect((await raw('probe/echo?text=x&__proto__=1')).status).toBe(422);
  });
});

describe('results that are not JSON', () => {
  test('html runs sandboxed, without our origin’s rights', async () => {
    const response = await raw('probe/html');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toStartWith('sandbox allow-scripts allow-forms');
    expect(await response.text()).toBe('<p>hello</p>');
  });

  test('binary has its type and a name that cannot break the header', async () => {
    const response = await raw('probe/binary');
    expect(response.headers.get('content-type')).toBe('application/x-probe');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="download"; filename*=UTF-8''n%C3%A4me%20%22x%22.bin`,
    );
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });

  test('a file is an attachment unless its type is safe to show', async () => {
    writeFileSync(join(server.data, 'page.html'), '<script>1</script>');
    writeFileSync(join(server.data, 'picture.png'), 'png');
    const page = await raw(`probe/file?path=${encodeURIComponent(join(server.data, 'page.html'))}`);
    expect(page.headers.get('content-disposition')).toContain('page.html');
    expect(page.headers.get('content-security-policy')).toStartWith('sandbox');
    const picture = await raw(`probe/file?path=${encodeURIComponent(join(server.data, 'picture.png'))}`);
    expect(picture.headers.get('content-disposition')).toBeNull();
    expect(picture.headers.get('content-type')).toBe('image/png');
  });

  test('a redirect stays on this site', async () => {
    const inside = await raw('probe/redirect?to=/rooms');
    expect([inside.status, inside.headers.get('location')]).toEqual([302, '/rooms']);
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'rooms'])
      expect((await raw(`probe/redirect?to=${encodeURIComponent(to)}`)).status).toBe(500);
  });
});

test('ctx.request carries the metadata of the request and none of its credentials', async () => {
  const { request, actor, role } = (
    await ada.call('probe/whoAmI', {}, { 'x-custom': 'yes', cookie: 'a=b', 'user-agent': 'Probe/1' })
  ).body.ok
    ? await ada.get('probe/whoAmI')
    : { request: undefined, actor: undefined, role: undefined };
  expect(actor).toEqual({ kind: 'user', id: ada.user.id });
  expect(role).toBe('admin');
  expect(request).toMatchObject({
    ip: '127.0.0.1',
    transport: 'http',
    local: true,
    requestId: expect.stringMatching(/^req_/),
  });
  expect(Object.keys(request.headers)).not.toContain('authorization');
  expect(Object.keys(request.headers)).not.toContain('cookie');
});

test('an idempotency key makes a write happen once over HTTP, for its sender alone [X2]', async () => {
  const create = (who: Person, name: string, key: string) =>
    who.call('chat/createRoom', { name, kind: 'private' }, { 'idempotency-key': key });
  const [first, again] = await Promise.all([create(member, 'Once', 'key-1'), create(member, 'Once', 'key-1')]);
  expect(first.body.ok && first.body.data).toEqual(again.body.ok && again.body.data);
  expect((await create(member, 'Other', 'key-1')).body).toMatchObject({
    error: { code: 'request.idempotency_conflict' },
  });
  expect((await create(ada, 'Other', 'key-1')).status).toBe(200);
  const names = (await member.get('chat/listRooms')).map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => name === 'Once')).toHaveLength(1);
});

test('every answer carries the security headers', async () => {
  for (const path of ['', 'up', 'readyz', 'api/auth/status', 'api/openapi.json', 'nothing/here.js']) {
    const { headers } = await fetch(`${server.url}${path}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});
