import { expect, test } from 'bun:test';
import { banner, type BannerFacts, isPurelyLocal, setupLink } from '../../server/cli/banner.ts';
import { type ConfigFlags, parseConfig } from '../../server/config.ts';

const configOf = (flags: ConfigFlags) => parseConfig({ flags, env: {}, cwd: '/srv', terminal: true });

const facts = (flags: ConfigFlags, more: Partial<BannerFacts> = {}): BannerFacts => ({
  config: configOf(flags),
  version: '1.2.3',
  port: 3000,
  url: 'http://localhost:3000/',
  interfaces: {},
  ...more,
});

test.each<[ConfigFlags, boolean]>([
  [{}, true],
  [{ host: 'localhost' }, true],
  [{ host: '::1' }, true],
  [{ host: '127.8.0.1' }, true],
  [{ host: '0.0.0.0' }, false],
  [{ host: '192.168.1.2' }, false],
  [{ host: 'team.example.org' }, false],
  [{ publicUrl: 'https://team.example.org' }, false],
  [{ trustedProxies: '127.0.0.1' }, false],
])('%p is reached from this machine alone: %p', (flags, expected) => {
  expect(isPurelyLocal(configOf(flags))).toBe(expected);
});

test('the token stands in the link where others come from elsewhere, and nowhere else', () => {
  const setupToken = 'abc';
  expect(setupLink(facts({}, { setupToken }))).toBe('http://localhost:3000/setup');
  expect(setupLink(facts({ host: '0.0.0.0' }, { setupToken }))).toBe('http://localhost:3000/setup#token=abc');
  expect(setupLink(facts({ host: '0.0.0.0' }))).toBeUndefined();
});

test('a server on every address says under which the network finds it', () => {
  const address = { netmask: '', mac: '', cidr: null };
  const interfaces = {
    lo: [{ ...address, address: '127.0.0.1', family: 'IPv4' as const, internal: true }],
    eth0: [{ ...address, address: '192.168.1.5', family: 'IPv4' as const, internal: false }],
  };
  const text = banner(facts({ host: '0.0.0.0' }, { interfaces }));
  expect(text).toContain('  http://192.168.1.5:3000/\n');
  expect(text).not.toContain('http://127.0.0.1');
  expect(banner(facts({}, { interfaces }))).not.toContain('192.168.1.5');
});

test('a team that is set up is not told to do it again', () => {
  expect(banner(facts({}))).not.toContain('setup');
  expect(banner(facts({}))).toContain('/srv/data');
});
