import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { probeModule } from '../support/probe.ts';
import { requestText, sendRaw } from '../support/raw-http.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let admin: Person;
let port: number;
const probe = probeModule();

beforeAll(async () => {
  server = await startTestServer({ modules: [probe.module] });
  admin = await server.admin();
  port = Number(new URL(server.url).port);
});
afterAll(() => server.stop());

const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';
const errorsLogged = () => server.log.filter((line) => line.includes('"level":"error"'));
const codeOf = (body: string): string => JSON.parse(body).error.code;

describe('the Host of a request', () => {
  test.each([
    '',
    ' ',
    'a b',
    'evil.example/path',
    'evil.example#',
    'evil.example?x',
    'user:password@evil.example',
    '"><script>alert(1)</script>',
    '[::1',
    'localhost:99999',
    'localhost:x',
    '%00',
    'h\u00e4.example',
  ])('%p is refused as a bad request, not as a fault of the server', async (host) => {
    const before = errorsLogged().length;
    const { status, headers, body } = await sendRaw(port, requestText('GET /up HTTP/1.1', [`Host: ${host}`]));
    expect(status).toBe(400);
    if (body !== '') expect(codeOf(body)).toBe('request.bad_host');
    if (body !== '') expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(errorsLogged().length).toBe(before);
  });

  test('is needed by HTTP/1.0 too, and enough for it', async () => {
    expect((await sendRaw(port, requestText('GET /up HTTP/1.0'))).status).toBe(400);
    expect((await sendRaw(port, requestText('GET /up HTTP/1.0', [HOST]))).status).toBe(200);
  });

  test.each(['nas', 'a', 'hearth.example.org', '192.168.1.5:3000', '[::1]:3000', 'xn--hrth-moa.example'])(
    '%s finds every address',
    async (host) => {
      for (const path of ['/up', '/api/auth/status', '/api/openapi.json'])
        expect((await sendRaw(port, requestText(`GET ${path} HTTP/1.1`, [`Host: ${host}`]))).status).toBe(200);
    },
  );
});

describe('requests that two readers could understand differently', () => {
  const post = 'POST /api/auth/status HTTP/1.1';
  const ambiguous: [string, string][] = [
    [
      'length and chunks',
      requestText(post, [HOST, JSON_TYPE, 'Content-Length: 4', 'Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    ],
    ['two lengths', requestText(post, [HOST, JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'], '{} ')],
    ['a negative length', requestText(post, [HOST, JSON_TYPE, 'Content-Length: -1'], '{}')],
    ['a signed length', requestText(post, [HOST, JSON_TYPE, 'Content-Length: +2'], '{}')],
    [
      'an unknown coding',
      requestText(post, [HOST, JSON_TYPE, 'Transfer-Encoding: gzip, chunked'], '2\r\n{}\r\n0\r\n\r\n'),
    ],
    [
      'a chunk without size',
      requestText(post, [HOST, JSON_TYPE, 'Transfer-Encoding: chunked'], 'ZZ\r\n{}\r\n0\r\n\r\n'),
    ],
    ['a header in two lines', requestText('GET /up HTTP/1.1', [HOST, 'X: a\r\n b'])],
    ['a line feed in a header', requestText('GET /up HTTP/1.1', [HOST, 'X: a\nY: b'])],
    ['NUL in a header', requestText('GET /up HTTP/1.1', [HOST, 'X: a\0b'])],
    ['a space in a name', requestText('GET /up HTTP/1.1', [HOST, 'X Y: z'])],
  ];
  test.each(ambiguous)('%s is a 400 that ends the connection and is no fault of the server', async (_, request) => {
    const before = errorsLogged().length;
    expect((await sendRaw(port, request)).status).toBe(400);
    expect(errorsLogged().length).toBe(before);
    expect(server.log.filter((line) => line.includes('"status":500'))).toEqual([]);
  });
});

describe('sizes', () => {
  test.each([
    ['a header', requestText('GET /up HTTP/1.1', [HOST, `X: ${'x'.repeat(100_000)}`])],
    ['an address', requestText(`GET /${'x'.repeat(100_000)} HTTP/1.1`, [HOST])],
    [
      'five hundred headers',
      requestText('GET /up HTTP/1.1', [HOST, ...Array.from({ length: 500 }, (_, n) => `X-${n}: y`)]),
    ],
  ])('%s without measure is a 431', async (_, request) => {
    expect((await sendRaw(port, request)).status).toBe(431);
  });

  test('a body beyond all limits is refused by its stated length, before it comes', async () => {
    const post = 'POST /api/auth/status HTTP/1.1';
    for (const length of [1024 * 1024 + 1, 99_999_999_999])
      expect((await sendRaw(port, requestText(post, [HOST, JSON_TYPE, `Content-Length: ${length}`]))).status).toBe(413);
  });
});

describe('methods', () => {
  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s on a function is a 405 that names the right ones',
    async (method) => {
      for (const [path, allow] of [
        ['auth/status', 'GET, HEAD, POST'],
        ['auth/signOut', 'POST'],
      ]) {
        const response = await fetch(`${server.url}api/${path}`, {
          method,
          headers: { origin: 'https://evil.example' },
        });
        expect([response.status, response.headers.get('allow')]).toEqual([405, allow ?? '']);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  test('TRACE and unknown methods are echoed by nobody', async () => {
    for (const method of ['TRACE', 'CONNECT', 'FOO', 'get']) {
      const answer = await sendRaw(port, requestText(`${method} /up HTTP/1.1`, [HOST, 'X-Secret: echo-me']));
      expect([0, 400, 404]).toContain(answer.status);
      expect(answer.body).not.toContain('echo-me');
    }
  });

  test('HEAD answers as GET does, without the body', async () => {
    for (const path of ['/up', '/readyz', '/api/auth/status', '/api/openapi.json', '/nothing/here.js']) {
      const [head, get] = [
        await sendRaw(port, requestText(`HEAD ${path} HTTP/1.1`, [HOST])),
        await sendRaw(port, requestText(`GET ${path} HTTP/1.1`, [HOST])),
      ];
      expect([path, head.status, head.headers['content-type'], head.body]).toEqual([
        path,
        get.status,
        get.headers['content-type'],
        '',
      ]);
    }
  });

  test('HEAD of a write is refused as GET is', async () => {
    expect((await fetch(`${server.url}api/auth/signOut`, { method: 'HEAD' })).status).toBe(405);
  });

  test('HEAD of a stream answers at once and starts nothing', async () => {
    probe.seen.length = 0;
    const bearer = `Authorization: Bearer ${admin.token}`;
    const answer = await sendRaw(port, requestText('HEAD /sse/probe/wait HTTP/1.1', [HOST, bearer]));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(probe.seen).toEqual([]);
  });
});

describe('addresses', () => {
  test.each([
    '//up',
    '//evil.example/up',
    '/\\evil.example',
    '/api//auth/status',
    '/api/auth%2fstatus',
    '/%61pi/auth/status',
    '/api/auth/status;x=1',
    '/api/%E0%A4%A/x',
    '/sse/%E0%A4%A/x',
    '/ws/%E0%A4%A/x',
    '/%zz',
    '/%00',
    '/api/__proto__/constructor',
    '/api/constructor/name',
    '/public/%E0%A4%A',
    '/public/%2e%2e/hearth.db',
    '/public/..%2fhearth.db',
    '/public/%252e%252e/hearth.db',
    '/public/..%5chearth.db',
    '/public/%00',
    '/public//etc/passwd',
    '/../../etc/passwd',
    '/assets/..%2f..%2fpackage.json',
    '/hearth.db',
    '/.env',
  ])('%s leads nowhere, in our own words', async (path) => {
    const { status, body, headers } = await sendRaw(port, requestText(`GET ${path} HTTP/1.1`, [HOST]));
    expect([status, codeOf(body)]).toEqual([404, 'request.not_found']);
    expect(headers['x-request-id']).toMatch(/^req_/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers.location).toBeUndefined();
  });
});

describe('many at once', () => {
  test('ten thousand requests on a hundred connections are all answered, in order', async () => {
    const one = `GET /up HTTP/1.1\r\n${HOST}\r\n\r\n`;
    const last = requestText('GET /up HTTP/1.1', [HOST]);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(Array.from({ length: 100 }, () => sendRaw(port, one.repeat(99) + last)));
    for (const { body } of answers) expect(body.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(99);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test('connections that never finish their request keep nobody else from being answered', async () => {
    const halves = [
      '',
      'GET /up HTTP/1.1\r\nHost: localhost\r\n',
      'POST /api/auth/status HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    ];
    const stuck: Socket[] = [];
    for (let n = 0; n < 300; n++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('connect', () => socket.write(halves[n % halves.length] ?? ''));
      stuck.push(socket);
    }
    await until(() => stuck.every((socket) => !socket.connecting), 'every connection');
    for (let n = 0; n < 20; n++) expect((await fetch(`${server.url}api/auth/status`)).status).toBe(200);
    const before = errorsLogged().length;
    for (const socket of stuck) socket.destroy();
    await until(
      () =>
        server.log.filter((line) => line.includes('"status":400') && line.includes('/api/auth/status')).length >= 100,
      'the broken requests to end',
    );
    expect(errorsLogged().length).toBe(before);
  });

  test('a server with unfinished requests closes all the same', async () => {
    const other = await startTestServer();
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /up HTTP/1.1\r\nHost: localhost\r\n');
    await until(() => !socket.connecting);
    await other.stop();
    await until(() => socket.closed, 'the connection to be closed');
  });
});
