import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ada: Person;

const FORM = 'application/x-www-form-urlencoded';
const send = async (path: string, body: BodyInit, headers: Record<string, string> = {}) => {
  const response = await fetch(`${server.url}api/${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': FORM, ...headers },
  });
  return { status: response.status, body: (await response.json()) as any };
};

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
});
afterAll(() => server.stop());

describe('the fields of a form', () => {
  test('are read as those of a query are', async () => {
    const { status, body } = await send('probe/echo', 'text=12+a%26b&number=3&flag=true&list=a&list=b');
    expect([status, body.data]).toEqual([200, { text: '12 a&b', number: 3, flag: true, list: ['a', 'b'] }]);
  });

  test('are none where the form is empty', async () => {
    const { status, body } = await send('probe/echo', '');
    expect([status, body.error.issues[0].path]).toEqual([422, 'text']);
  });

  test('may have a charset beside their type, in any case', async () => {
    const type = { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' };
    expect((await send('probe/echo', 'text=%C3%BC', type)).body.data.text).toBe('ü');
  });

  const refusals: [string, BodyInit, number, string][] = [
    ['with an unknown field', 'text=x&more=1', 422, 'request.invalid'],
    ['with a prototype’s name', 'text=x&__proto__=1', 422, 'request.invalid'],
    ['of a wrong type', 'text=x&number=many', 422, 'request.invalid'],
    ['that is no text', new Uint8Array([0x74, 0x3d, 0xff]), 400, 'request.malformed'],
    ['over the limit', `text=${'x'.repeat(1024 * 1024)}`, 413, 'request.too_large'],
  ];
  test.each(refusals)('%s are refused', async (_, given, status, code) => {
    const { status: got, body } = await send('probe/echo', given);
    expect([got, body.error.code]).toEqual([status, code]);
  });
});

describe('a form with cookies', () => {
  const post = (origin: string) => send('chat/createRoom', 'name=Formed&kind=private', { cookie: ada.cookies, origin });

  test('counts from a page of our own', async () => {
    const { status, body } = await post(new URL(server.url).origin);
    expect([status, body.data?.name]).toEqual([200, 'Formed']);
  });

  test.each(['https://evil.example', 'null'])('changes nothing from %s', async (origin) => {
    const before = await ada.get('chat/listRooms');
    const { status, body } = await post(origin);
    expect([status, body.error.code]).toEqual([403, 'request.origin_refused']);
    expect(await ada.get('chat/listRooms')).toEqual(before);
  });

  test('changes nothing from another site that hides its origin', async () => {
    const { status } = await send('chat/createRoom', 'name=Hidden&kind=private', {
      cookie: ada.cookies,
      'sec-fetch-site': 'cross-site',
    });
    expect(status).toBe(403);
  });
});
