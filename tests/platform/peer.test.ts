import { describe, expect, test } from 'bun:test';
import { createPeerResolver, isOwnOrigin, type PeerOptions } from '../../server/platform/http/peer.ts';

type Headers = Record<string, string>;

const peerOf = (socket: string, headers: Headers, options: Partial<PeerOptions> = {}) =>
  createPeerResolver({ basePath: '', host: '127.0.0.1', trustedProxies: [], ...options })(
    new Request('http://localhost:3000/', { headers: { host: 'localhost:3000', ...headers } }),
    () => socket,
  );

const proxies = ['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32'];
const behind = (socket: string, headers: Headers, options: Partial<PeerOptions> = {}) =>
  peerOf(socket, headers, { trustedProxies: proxies, ...options });

describe('the address of the client', () => {
  const table: [string, string, string | undefined, string][] = [
    ['nobody forwards', '203.0.113.9', undefined, '203.0.113.9'],
    ['somebody who is no proxy claims another', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['IPv6', '2001:db8::9', undefined, '2001:db8::9'],
    ['IPv6 in another spelling', '2001:0DB8:0:0::0009', undefined, '2001:db8::9'],
    ['IPv4 mapped into IPv6', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['a proxy forwards', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a proxy that comes by mapped IPv6', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a proxy by IPv6', 'fd00::1', '2001:db8::9', '2001:db8::9'],
    ['the client mapped into IPv6', '10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a chain of proxies', '10.0.0.1', '203.0.113.9, 10.0.0.3, 10.0.0.2', '203.0.113.9'],
    ['a chain without spaces', '10.0.0.1', '203.0.113.9,10.0.0.2', '203.0.113.9'],
    ['a made-up address left of the real one', '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['a made-up proxy left of the real one', '10.0.0.1', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['a made-up chain', '10.0.0.1', '1.1.1.1, 10.0.0.2, 203.0.113.9, 10.0.0.3', '203.0.113.9'],
    ['nothing but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a port', '10.0.0.1', '203.0.113.9:51234', '203.0.113.9'],
    ['brackets', '10.0.0.1', '[2001:db8::9]', '2001:db8::9'],
    ['brackets and a port', '10.0.0.1', '[2001:db8::9]:51234', '2001:db8::9'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['only commas', '10.0.0.1', ', ,', '10.0.0.1'],
    ['a word', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['a word behind a proxy', '10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
    ['a host name', '10.0.0.1', 'localhost', '10.0.0.1'],
    ['a number that some libraries take for an address', '10.0.0.1', '2130706433', '10.0.0.1'],
    ['an address of two parts', '10.0.0.1', '127.1', '10.0.0.1'],
    ['hexadecimal', '10.0.0.1', '0x7f.0.0.1', '10.0.0.1'],
    ['a part out of range', '10.0.0.1', '203.0.113.999', '10.0.0.1'],
    ['a second header line', '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['a script', '10.0.0.1', '<script>alert(1)</script>', '10.0.0.1'],
  ];
  test.each(table)('%s: %s says %p, so it is %s', (_, socket, forwarded, ip) => {
    expect(behind(socket, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }).ip).toBe(ip);
  });

  test('is the socket’s when no proxy is trusted, whoever claims what', () => {
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'])
      expect(peerOf('127.0.0.1', { [name]: '203.0.113.9' }).ip).toBe('127.0.0.1');
  });

  test('is not taken from headers that proxies pass on unseen', () => {
    for (const name of ['x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'])
      expect(behind('10.0.0.1', { [name]: '203.0.113.9' }).ip).toBe('10.0.0.1');
  });
});

describe('who is a trusted proxy', () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9' };
  test.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['10.0.0.1/32', '10.0.0.2', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['::1/128', '::1', true],
    ['::1/128', '127.0.0.1', false],
    ['127.0.0.1/32', '::1', false],
    ['127.0.0.1/32', '::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.1', false],
  ])('%s and the peer %s: %p', (range, socket, trusted) => {
    const plain = peerOf(socket, {}).ip;
    expect(peerOf(socket, forwarded, { trustedProxies: [range] }).ip).toBe(trusted ? '203.0.113.9' : plain);
  });
});

describe('the origin that the client sees', () => {
  const table: [string, Headers, string][] = [
    ['the Host as it is', { host: 'nas:3000' }, 'http://nas:3000'],
    ['the Host in lower case', { host: 'NAS.Example' }, 'http://nas.example'],
    ['without the port that goes without saying', { host: 'nas:80' }, 'http://nas'],
    ['IPv6', { host: '[::1]:3000' }, 'http://[::1]:3000'],
    ['TLS ended by the proxy', { host: 'a.example', 'x-forwarded-proto': 'https' }, 'https://a.example'],
    ['TLS, and the port named', { host: 'a.example:443', 'x-forwarded-proto': 'https' }, 'https://a.example'],
    ['TLS in capitals', { host: 'a.example', 'x-forwarded-proto': 'HTTPS' }, 'https://a.example'],
    ['another host', { host: 'inner', 'x-forwarded-host': 'a.example' }, 'http://a.example'],
    [
      'another host, TLS and a port',
      { host: 'inner', 'x-forwarded-host': 'a.example:8443', 'x-forwarded-proto': 'https' },
      'https://a.example:8443',
    ],
    ['two hosts: the nearest proxy’s', { 'x-forwarded-host': 'evil.example, a.example' }, 'http://a.example'],
    ['two schemes: the nearest proxy’s', { host: 'a.example', 'x-forwarded-proto': 'https, http' }, 'http://a.example'],
    ['a scheme that is none', { host: 'a.example', 'x-forwarded-proto': 'javascript' }, 'http://a.example'],
    ['a scheme with a path', { host: 'a.example', 'x-forwarded-proto': 'https://evil.example/' }, 'http://a.example'],
    ...[
      '',
      ' ',
      ',',
      'evil.example/path',
      'evil.example?x',
      'evil.example#x',
      'user@evil.example',
      'evil.example\\x',
      'a b',
      'evil.example:99999',
      '"><script>',
      '%00',
    ].map((host): [string, Headers, string] => [
      `a forwarded host ${JSON.stringify(host)} that is none`,
      { host: 'a.example', 'x-forwarded-host': host },
      'http://a.example',
    ]),
  ];
  test.each(table)('%s', (_, headers, origin) => {
    expect(behind('10.0.0.1', headers)).toMatchObject({
      origin,
      baseUrl: `${origin}/`,
      secure: origin.startsWith('https:'),
    });
  });

  test('no header can carry a line break', () => {
    for (const value of ['a.example\r\nset-cookie: x=1', 'a.example\n'])
      expect(() => behind('10.0.0.1', { 'x-forwarded-host': `x${value}x` })).toThrow();
  });

  test('is not what a stranger forwards', () => {
    const peer = behind('203.0.113.9', {
      host: 'a.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(peer).toMatchObject({ origin: 'http://a.example', secure: false });
  });

  test('is the public URL where one is set, whatever anybody says', () => {
    const publicUrl = new URL('https://team.example/hearth/');
    const peer = behind(
      '10.0.0.1',
      { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
      { publicUrl, basePath: '/hearth' },
    );
    expect(peer).toMatchObject({
      origin: 'https://team.example',
      baseUrl: 'https://team.example/hearth/',
      secure: true,
    });
  });
});

describe('a local caller', () => {
  const table: [string, string, string, Headers, boolean][] = [
    ['on this machine', '127.0.0.1', '127.0.0.1', {}, true],
    ['by IPv6', '::1', '::1', { host: '[::1]:3000' }, true],
    ['bound to IPv6 in brackets', '::1', '::1', { host: 'localhost' }, true],
    ['bound to a name', 'localhost', '127.0.0.1', {}, true],
    ['by mapped IPv6', '127.0.0.1', '::ffff:127.0.0.1', {}, true],
    ['by another loopback address', '127.0.0.1', '127.8.9.10', { host: '127.0.0.1:3000' }, true],
    ['by a name below localhost', '127.0.0.1', '127.0.0.1', { host: 'hearth.localhost:3000' }, true],
    ['bound to every address', '0.0.0.0', '127.0.0.1', {}, false],
    ['bound to every address of IPv6', '::', '::1', { host: '[::1]:3000' }, false],
    ['bound to an address of the network', '192.168.1.5', '127.0.0.1', {}, false],
    ['from the network', '127.0.0.1', '192.168.1.9', {}, false],
    [
      'under a name that somebody points at this machine',
      '127.0.0.1',
      '127.0.0.1',
      { host: 'evil.example:3000' },
      false,
    ],
    ['under a name that begins like localhost', '127.0.0.1', '127.0.0.1', { host: 'localhost.evil.example' }, false],
    ['under a name that begins like loopback', '127.0.0.1', '127.0.0.1', { host: '127.0.0.1.evil.example' }, false],
    ['under a name that ends like localhost', '127.0.0.1', '127.0.0.1', { host: 'evil-localhost' }, false],
    ['under an address of the network', '127.0.0.1', '127.0.0.1', { host: '192.168.1.5' }, false],
    ...[
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-forwarded-port',
      'x-forwarded-server',
      'x-real-ip',
      'x-client-ip',
      'true-client-ip',
      'cf-connecting-ip',
      'via',
    ].map((name): [string, string, string, Headers, boolean] => [
      `with ${name}, so that somebody stands between`,
      '127.0.0.1',
      '127.0.0.1',
      { [name]: '127.0.0.1' },
      false,
    ]),
  ];
  test.each(table)('%s', (_, host, socket, headers, local) => {
    expect(peerOf(socket, headers, { host }).local).toBe(local);
  });

  test('is not who comes over a trusted proxy on this machine', () => {
    expect(behind('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }).local).toBe(false);
  });
});

describe('a page that may use the cookies', () => {
  const own = (headers: Headers, socket = '127.0.0.1', options: Partial<PeerOptions> = {}) => {
    const request = new Request('http://localhost/', { headers });
    const resolve = createPeerResolver({ basePath: '', host: '127.0.0.1', trustedProxies: [], ...options });
    return isOwnOrigin(
      request,
      resolve(request, () => socket),
    );
  };
  const table: [string, Headers, boolean][] = [
    ['of this origin', { host: 'nas:3000', origin: 'http://nas:3000' }, true],
    ['of this host over TLS that a proxy ends', { host: 'a.example', origin: 'https://a.example' }, true],
    ['of this host where the proxy names the port', { host: 'a.example:443', origin: 'https://a.example' }, true],
    ['of this host written otherwise', { host: 'A.Example', origin: 'https://a.example' }, true],
    ['of IPv6', { host: '[::1]:3000', origin: 'http://[::1]:3000' }, true],
    ['a program without Origin', { host: 'nas' }, true],
    ['an address typed in', { host: 'nas', 'sec-fetch-site': 'none' }, true],
    ['a request of this site without Origin', { host: 'nas', 'sec-fetch-site': 'same-origin' }, true],
    ['of another origin', { host: 'nas:3000', origin: 'https://evil.example' }, false],
    ['of another port', { host: 'nas:3000', origin: 'http://nas:3001' }, false],
    ['of a subdomain', { host: 'a.example', origin: 'https://evil.a.example' }, false],
    ['of a name that begins like ours', { host: 'a.example', origin: 'https://a.example.evil.example' }, false],
    ['of a name that ends like ours', { host: 'a.example', origin: 'https://evila.example' }, false],
    ['of an opaque origin', { host: 'a.example', origin: 'null' }, false],
    ['of an empty origin', { host: 'a.example', origin: '' }, false],
    ['of two origins', { host: 'a.example', origin: 'https://a.example https://evil.example' }, false],
    ['of another scheme', { host: 'a.example', origin: 'chrome-extension://a.example' }, false],
    ['of a file', { host: 'a.example', origin: 'file://' }, false],
    ['a neighbour without Origin', { host: 'a.example', 'sec-fetch-site': 'same-site' }, false],
    ['a stranger without Origin', { host: 'a.example', 'sec-fetch-site': 'cross-site' }, false],
    [
      'whose host a stranger forwards',
      { host: 'nas', 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' },
      false,
    ],
  ];
  test.each(table)('%s', (_, headers, expected) => {
    expect(own(headers)).toBe(expected);
  });

  test('of the host that a trusted proxy forwards', () => {
    const headers = { host: 'inner:3000', 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https' };
    expect(own({ ...headers, origin: 'https://a.example' }, '10.0.0.1', { trustedProxies: proxies })).toBe(true);
    expect(own({ ...headers, origin: 'https://evil.example' }, '10.0.0.1', { trustedProxies: proxies })).toBe(false);
  });
});
