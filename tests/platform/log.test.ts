import { describe, expect, test } from 'bun:test';
import { createLogger, type LogFields, type LogFormat, type Logger, type LogLevel } from '../../server/platform/log.ts';

function record(format: LogFormat = 'json', level: LogLevel = 'debug') {
  const lines: { text: string; level: LogLevel }[] = [];
  const log = createLogger({
    level,
    format,
    now: () => Date.UTC(2030, 0, 1, 12),
    write: (text, of) => lines.push({ text, level: of }),
  });
  const text = (): string => lines.map((line) => line.text).join('');
  return { log, lines, text, json: (): Record<string, unknown> => JSON.parse(text()) as Record<string, unknown> };
}

const logged = (fields: LogFields): Record<string, unknown> => {
  const { log, json } = record();
  log.info('x', fields);
  return json();
};

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.Zm9vYmFyYmF6';

describe('the log', () => {
  test('writes one JSON object a line: time, level, message, fields', () => {
    const { log, text, json } = record();
    log.info('listening', { port: 3000 });
    expect(text()).toEndWith('}\n');
    expect(json()).toEqual({ time: '2030-01-01T12:00:00.000Z', level: 'info', message: 'listening', port: 3000 });
  });

  test('leaves out what is below its level', () => {
    const { log, lines } = record('json', 'warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines.map((line) => line.level)).toEqual(['warn', 'error']);
  });

  test('a child adds its fields to each line, and a field cannot pose as time, level or message', () => {
    const { log, json } = record();
    log.child({ requestId: 'req_1' }).child({ level: 'none' }).info('x', { message: 'y' });
    expect(json()).toMatchObject({ level: 'info', message: 'x', requestId: 'req_1', level_: 'none', message_: 'y' });
  });

  test('is readable on a terminal, where no value can forge a line or steer the terminal', () => {
    const { log, text } = record('pretty');
    log.warn('hello\nworld', { user: 'Ada L', path: '/a', evil: '\u001b[2J\u202e' });
    expect(text()).toBe('12:00:00.000 WARN  hello\\nworld user="Ada L" path=/a evil=\\u001b[2J\\u202e\n');
  });

  test.each([
    'password',
    'newPassword',
    'token',
    'refresh_token',
    'setupToken',
    'authorization',
    'Set-Cookie',
    'cookie',
    'clientSecret',
    'ticket',
    'inviteCode',
    'code',
    'jwtKey',
    'api-key',
    'passphrase',
    'credentials',
  ])('redacts the field %s at any depth', (key) => {
    expect(JSON.stringify(logged({ [key]: 'hunter2hunter2' }))).not.toContain('hunter2');
    expect(JSON.stringify(logged({ a: [{ b: { [key]: { deep: 'hunter2' } } }] }))).not.toContain('hunter2');
  });

  test('keeps what only sounds like a secret', () => {
    expect(
      logged({
        code: 'chat.room_not_found',
        errno: { code: 'EADDRINUSE' },
        exit: { code: 1 },
        setupTokenNeeded: true,
        key: 'k',
      }),
    ).toMatchObject({
      code: 'chat.room_not_found',
      errno: { code: 'EADDRINUSE' },
      exit: { code: 1 },
      setupTokenNeeded: true,
      key: 'k',
    });
  });

  test.each<[string, (log: Logger) => void]>([
    ['a message', (log) => log.info(`got ${jwt}`)],
    ['a field', (log) => log.info('x', { value: jwt })],
    ['a list', (log) => log.info('x', { values: [{ deep: [jwt] }] })],
    ['an error', (log) => log.error('x', { error: new Error(`bad ${jwt}`, { cause: new Error(jwt) }) })],
    ['a header', (log) => log.info('x', { header: 'Bearer Zm9vYmFyYmF6' })],
    ['an address', (log) => log.info('x', { url: new URL('ws://h/ws?ticket=Zm9vYmFyYmF6&a=1') })],
  ])('never prints a token inside %s', (_where, write) => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, text } = record(format);
      write(log);
      expect(text()).not.toContain('Zm9vYmFyYmF6');
      expect(text()).toContain('[redacted]');
    }
  });

  test('writes an error with its code, stack and causes', () => {
    const cause = Object.assign(new Error('disk'), { code: 'ENOSPC' });
    const { error } = logged({ error: new TypeError('no room', { cause }) }) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ name: 'TypeError', message: 'no room', cause: { message: 'disk', code: 'ENOSPC' } });
    expect(error['stack']).toContain('log.test.ts');
    const { log, text } = record('pretty');
    log.error('failed', { error: new TypeError('no room', { cause }) });
    expect(text()).toContain('error="TypeError: no room"');
    expect(text()).toContain('\n  caused by\n');
  });

  test('survives circles, big integers, binary, endless lists and broken dates', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const line = logged({
      circle,
      big: 2n ** 70n,
      bytes: new Uint8Array(9),
      list: Array.from({ length: 5000 }, (_, at) => at),
      date: new Date(Number.NaN),
      long: 'x'.repeat(100_000),
    });
    expect(line).toMatchObject({
      circle: { self: '[circular]' },
      big: '1180591620717411303424',
      bytes: '[9 bytes]',
      date: 'invalid date',
    });
    expect((line['list'] as unknown[]).length).toBe(101);
    expect((line['long'] as string).length).toBeLessThan(10_000);
  });
});
