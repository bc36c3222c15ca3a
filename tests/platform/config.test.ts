import { describe, expect, test } from 'bun:test';
import { ConfigError, type ConfigFlags, type Environment, parseConfig } from '../../server/config.ts';

const parse = (flags: ConfigFlags = {}, env: Environment = {}, terminal = false) =>
  parseConfig({ flags, env, cwd: '/srv/team', terminal });

describe('configuration', () => {
  test('nothing given means loopback, port 3000 and a data folder beside the caller', () => {
    expect(parse()).toEqual({
      port: 3000,
      host: '127.0.0.1',
      data: '/srv/team/data',
      basePath: '',
      trustedProxies: [],
      trustedModules: [],
      moduleMemory: 1024,
      moduleInstances: 4,
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  test('a flag comes before its variable, and the variable before the default', () => {
    expect(parse({}, { HEARTH_PORT: '4000' }).port).toBe(4000);
    expect(parse({ port: '5000' }, { HEARTH_PORT: '4000' }).port).toBe(5000);
  });

  test('a flag that is given hides a broken variable', () => {
    expect(parse({ port: '5000' }, { HEARTH_PORT: 'many' }).port).toBe(5000);
  });

  test('an empty variable counts as not set', () => {
    expect(parse({}, { HEARTH_PORT: '', HEARTH_PUBLIC_URL: '' }).port).toBe(3000);
  });

  test('the log is readable on a terminal and JSON elsewhere, unless it is asked for', () => {
    expect(parse({}, {}, true).logFormat).toBe('pretty');
    expect(parse({}, {}, false).logFormat).toBe('json');
    expect(parse({ logFormat: 'json' }, {}, true).logFormat).toBe('json');
  });

  test('the whole object is frozen', () => {
    const config = parse({ trustedProxies: '10.0.0.1' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.trustedProxies)).toBe(true);
  });

  test.each([
    ['0', 0],
    ['1', 1],
    ['65535', 65_535],
  ])('port %s is a port', (given, port) => {
    expect(parse({ port: given }).port).toBe(port);
  });

  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['[::1]', '::1'],
    ['hearth.local', 'hearth.local'],
  ])('host %s listens on %s', (given, host) => {
    expect(parse({ host: given }).host).toBe(host);
  });

  test.each([
    ['/', ''],
    ['hearth', '/hearth'],
    ['/hearth/', '/hearth'],
    ['/tools/hearth', '/tools/hearth'],
  ] as const)('base path %s becomes "%s"', (given, basePath) => {
    expect(parse({ basePath: given }).basePath).toBe(basePath);
  });

  test('the public URL takes the base path along, and the base path comes from the public URL', () => {
    expect(parse({ publicUrl: 'https://a.example', basePath: '/h' }).publicUrl?.href).toBe('https://a.example/h/');
    const config = parse({ publicUrl: 'https://a.example/h' });
    expect(config.basePath).toBe('/h');
    expect(config.publicUrl?.href).toBe('https://a.example/h/');
  });

  test('trusted proxies are ranges; a single address is a range of one', () => {
    expect(parse({}, { HEARTH_TRUSTED_PROXY: '10.0.0.0/8, 192.168.1.4 ::1' }).trustedProxies).toEqual([
      '10.0.0.0/8',
      '192.168.1.4/32',
      '::1/128',
    ]);
  });

  const wrong: [keyof ConfigFlags, string, string][] = [
    ['port', 'HEARTH_PORT', 'many'],
    ['port', 'HEARTH_PORT', '-1'],
    ['port', 'HEARTH_PORT', '65536'],
    ['port', 'HEARTH_PORT', '80.5'],
    ['port', 'HEARTH_PORT', '0x50'],
    ['host', 'HEARTH_HOST', 'http://here'],
    ['host', 'HEARTH_HOST', '10.0.0.999'],
    ['host', 'HEARTH_HOST', 'localhost:3000'],
    ['host', 'HEARTH_HOST', '-x'],
    ['data', 'HEARTH_DATA', 'a\0b'],
    ['basePath', 'HEARTH_BASE_PATH', '/../etc'],
    ['basePath', 'HEARTH_BASE_PATH', '/a b'],
    ['basePath', 'HEARTH_BASE_PATH', '//a'],
    ['basePath', 'HEARTH_BASE_PATH', '/a?b'],
    ['publicUrl', 'HEARTH_PUBLIC_URL', 'hearth.example.org'],
    ['publicUrl', 'HEARTH_PUBLIC_URL', 'ftp://hearth.example.org'],
    ['publicUrl', 'HEARTH_PUBLIC_URL', 'https://me:pass@hearth.example.org'],
    ['publicUrl', 'HEARTH_PUBLIC_URL', 'https://hearth.example.org/?a=1'],
    ['trustedProxies', 'HEARTH_TRUSTED_PROXY', '10.0.0.0/99'],
    ['trustedProxies', 'HEARTH_TRUSTED_PROXY', 'everybody'],
    ['logLevel', 'HEARTH_LOG', 'loud'],
    ['logFormat', 'HEARTH_LOG_FORMAT', 'xml'],
    ['trustedModules', 'HEARTH_TRUSTED_MODULES', '../evil'],
    ['moduleMemory', 'HEARTH_MODULE_MEMORY', '8'],
    ['moduleMemory', 'HEARTH_MODULE_MEMORY', '1GB'],
    ['moduleInstances', 'HEARTH_MODULE_INSTANCES', '0'],
  ];
  test.each(wrong)('%s refuses the value of %s = %p in one line that names its origin', (name, variable, value) => {
    const byVariable = thrown(() => parse({}, { [variable]: value }));
    expect(byVariable.message).toStartWith(`${variable} must be `);
    const byFlag = thrown(() => parse({ [name]: value }));
    expect(byFlag.message).toMatch(/^--[a-z-]+ must be /);
    expect(byFlag.message).not.toContain('\n');
  });

  test('modules that are trusted are named one after another', () => {
    expect(parse({}, { HEARTH_TRUSTED_MODULES: 'hello, file-drop' }).trustedModules).toEqual(['hello', 'file-drop']);
  });

  test('an empty flag is an error, not a default', () => {
    expect(thrown(() => parse({ port: '' })).message).toStartWith('--port must be ');
  });

  test('a public URL whose path is not the base path is refused with both names', () => {
    const { message } = thrown(() => parse({ basePath: '/b' }, { HEARTH_PUBLIC_URL: 'https://a.example/h' }));
    expect(message).toContain('HEARTH_PUBLIC_URL');
    expect(message).toContain('--base-path');
  });
});

function thrown(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
