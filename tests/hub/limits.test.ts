import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { addressGroup } from '../../server/hub/admission.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

/** Everybody comes through a trusted proxy, which says from where. */
const limits = { perUser: 3, perAddress: 2, perNode: 5, bytesPerSecond: 1000, byteBurst: 200_000 };

let server: TestServer;
let ada: Person;
let ben: Person;
let open: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({ config: { trustedProxies: ['127.0.0.1/32'] }, limits });
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterEach(async () => {
  await Promise.all(open.map(async (socket) => socket.closed ?? socket.close()));
  open = [];
  await until(() => server.app.hub.connections.size === 0);
});
afterAll(() => server.stop());

const headersOf = (person: Person, address?: string): Record<string, string> => ({
  authorization: `Bearer ${person.token}`,
  ...(address === undefined ? {} : { 'x-forwarded-for': address }),
});
const connect = async (person: Person, address?: string): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, headersOf(person, address));
  open.push(socket);
  return socket;
};
const handshake = (person: Person, address: string): Promise<Response> =>
  fetch(`${server.url}ws`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headersOf(person, address),
    },
  });
const refusals = () => server.app.hub.statistics.refusals;

describe('connections', () => {
  const cases: [string, keyof ReturnType<typeof refusals>, [Person | undefined, string][], string][] = [
    [
      'of one address',
      'address',
      [
        [undefined, '192.0.2.1'],
        [undefined, '192.0.2.1'],
      ],
      '192.0.2.1',
    ],
    [
      'of one IPv6 household',
      'address',
      [
        [undefined, '2001:db8::1'],
        [undefined, '2001:db8::2'],
      ],
      '2001:db8::3',
    ],
    [
      'of one person',
      'user',
      [
        [undefined, '192.0.2.1'],
        [undefined, '192.0.2.2'],
        [undefined, '192.0.2.3'],
      ],
      '192.0.2.4',
    ],
  ];
  test.each(cases)(
    '%s are limited: a refusal is 503 with Retry-After before the upgrade, and says so [C4, C5]',
    async (_, why, before, address) => {
      for (const [, from] of before) await connect(ada, from);
      const counted = refusals()[why];
      const refused = await handshake(ada, address);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await refused.json()).toMatchObject({
        ok: false,
        error: { code: 'hub.too_many_connections', retryable: true },
      });
      expect(refusals()[why]).toBe(counted + 1);
      const admission = await ada.call('hub/admission', {}, headersOf(ada, address));
      expect([admission.status, admission.headers.get('retry-after')]).toEqual([503, '5']);
      expect((await ben.call('hub/admission', {}, headersOf(ben, '198.51.100.1'))).status).toBe(200);
    },
  );

  test('that have gone make room again', async () => {
    const [first] = [await connect(ada, '192.0.2.1'), await connect(ada, '192.0.2.1')];
    expect((await handshake(ada, '192.0.2.1')).status).toBe(503);
    await first.close();
    await until(() => server.app.hub.connections.countFrom('192.0.2.1') === 1);
    expect((await connect(ada, '192.0.2.1')).frames[0]?.event).toBe('welcome');
  });

  test('of all are limited, whoever comes from wherever [C4]', async () => {
    for (const [person, address] of [
      [ada, '192.0.2.1'],
      [ada, '192.0.2.2'],
      [ada, '192.0.2.3'],
      [ben, '192.0.2.4'],
      [ben, '192.0.2.5'],
    ] as const)
      await connect(person, address);
    expect((await handshake(ben, '192.0.2.6')).status).toBe(503);
    expect(refusals().node).toBe(1);
  });

  test('by streams and polls count like those by sockets', async () => {
    await connect(ada, '192.0.2.1');
    await connect(ada, '192.0.2.1');
    const headers = headersOf(ada, '192.0.2.1');
    const stream = await fetch(`${server.url}sse/hub/subscribe?channels=global`, { headers });
    const poll = await ada.call('hub/poll', { channels: 'global' }, headers);
    const code = !poll.body.ok && poll.body.error.code;
    expect([stream.status, stream.headers.get('retry-after'), poll.status]).toEqual([503, '5', 503]);
    expect(await stream.json()).toMatchObject({ ok: false, error: { code } });
    expect(code).toBe('hub.too_many_connections');
  });

  test('from this machine itself have no limit per address', async () => {
    for (let n = 0; n < limits.perAddress + 1; n++) await connect(ada);
    expect(server.app.hub.connections.size).toBe(limits.perAddress + 1);
    expect((await handshake(ada, '192.0.2.1')).status).toBe(503);
    expect(refusals().user).toBeGreaterThan(0);
  });
});

test('a household is a /64 of IPv6, and every IPv4 address is one of its own', () => {
  expect(addressGroup('2001:db8:0:1::1')).toBe(addressGroup('2001:db8::1:ffff:0:0:9'));
  expect(addressGroup('2001:db8:0:1::1')).not.toBe(addressGroup('2001:db8:0:2::1'));
  expect(addressGroup('192.0.2.1')).toBe('192.0.2.1');
  expect(addressGroup('192.0.2.1')).not.toBe(addressGroup('192.0.2.2'));
  expect(addressGroup('nonsense:1')).toBe('nonsense:1');
});

describe('bytes', () => {
  const big = { event: 'ping', channel: 'system', payload: { x: 'y'.repeat(50_000) } };

  test('of a connection are limited beside its frames, and others do not notice [L2]', async () => {
    const [greedy, modest] = [await connect(ada), await connect(ben)];
    for (let n = 0; n < 5; n++) greedy.send(big);
    const refusal = await greedy.next(({ event }) => event === 'error');
    expect(refusal.payload).toMatchObject({ code: 'request.rate_limited', retryAfter: 1 });
    expect(greedy.frames.filter(({ event }) => event === 'pong').length).toBeGreaterThanOrEqual(3);
    expect((await modest.ask('ping', 'system')).event).toBe('pong');
  });

  test('of a flood end in 4004 [L2]', async () => {
    const flood = await connect(ada);
    for (let n = 0; n < 100; n++) flood.send(big);
    expect((await flood.untilClosed()).code).toBe(closeCodes.rateLimited);
    expect(server.app.hub.statistics.closes.get(closeCodes.rateLimited)).toBe(1);
  });
});
