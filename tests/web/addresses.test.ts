import { describe, expect, test } from 'bun:test';
import { setupTokenIn } from '../../web/auth/setup-token.ts';
import { deviceOf } from '../../web/settings/device-name.ts';
import { safeReturn, signInPath } from '../../web/shell/return-path.ts';

describe('the way back after signing in', () => {
  test('leads to a page of Hearth', () => {
    expect(safeReturn('/rooms/room_1?at=3')).toBe('/rooms/room_1?at=3');
  });

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', undefined])(
    'never leaves Hearth for %p',
    (path) => {
      expect(safeReturn(path)).toBe('/');
    },
  );

  test('does not lead back to the sign-in page itself', () => {
    expect(safeReturn('/signin?return=%2Fsignin')).toBe('/');
  });

  test('stands in the address only where there is somewhere to go back to', () => {
    expect(signInPath('/', false)).toBe('/signin');
    expect(signInPath('/people', false)).toBe('/signin?return=%2Fpeople');
    expect(signInPath('/people', true)).toBe('/signin?reason=ended&return=%2Fpeople');
  });
});

describe('the set-up token', () => {
  test('is taken from the query or the fragment', () => {
    expect(setupTokenIn(new URL('http://h/setup?token=abc'))).toBe('abc');
    expect(setupTokenIn(new URL('http://h/setup#token=abc'))).toBe('abc');
  });

  test('is absent where nobody gave one', () => {
    expect(setupTokenIn(new URL('http://h/setup#top'))).toBeUndefined();
  });
});

describe('the name of a device', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox', 'Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge',
      'Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140 Mobile Safari/604.1',
      'Chrome',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36',
      'Chrome',
      'Android',
    ],
  ])('%s', (userAgent, browser, system) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system });
  });

  test('of a program is what it calls itself, of nothing nothing', () => {
    expect(deviceOf('curl/8.9 extra')).toEqual({ program: 'curl/8.9' });
    expect(deviceOf('  ')).toEqual({});
  });
});
