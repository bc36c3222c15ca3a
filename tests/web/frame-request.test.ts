import { describe, expect, test } from 'bun:test';
import { readFromPage } from '../../web/modules/frame-request.ts';
import { readRoute, writeRoute } from '../../web/modules/frame-route.ts';

const file = new File(['x'], 'x.txt');

describe('a message of a page', () => {
  test.each([
    { kind: 'call', id: 1, name: 'vote', input: { a: 1 }, key: 'k' },
    { kind: 'call', id: 1, name: 'chat.postMessage', input: {} },
    { kind: 'call', id: 1, name: 'file-drop.list', input: {} },
    { kind: 'stream', id: 2, name: 'live', input: {}, lastEventId: '7' },
    { kind: 'download', id: 3, name: 'file', input: {} },
    {
      kind: 'upload',
      id: 4,
      name: 'send',
      parts: [
        { field: 'file', value: file },
        { field: 'to', value: 'x' },
      ],
    },
    { kind: 'cancel', id: 1 },
    { kind: 'more', id: 1, count: 64 },
    { kind: 'title', text: 'A game' },
    { kind: 'notify', text: 'Your turn', tone: 'info' },
    { kind: 'open', path: '/rooms/room_1?x=1' },
    { kind: 'route', route: 'game/1', replace: true },
    { kind: 'listen' },
  ])('is taken as it is: %j', (message) => {
    expect(readFromPage({ ...message, more: 'left out' }) as unknown).toEqual(message);
  });

  const wrong: [string, unknown][] = [
    ['nothing', undefined],
    ['a text', 'call'],
    ['a list', [{ kind: 'listen' }]],
    ['an unknown kind', { kind: 'eval', text: '1' }],
    ['an inherited kind', { kind: 'constructor' }],
    ['a call without an id', { kind: 'call', name: 'vote', input: {} }],
    ['an id that is no number', { kind: 'call', id: '1', name: 'vote', input: {} }],
    ['a name with a way up', { kind: 'call', id: 1, name: '../auth/refresh', input: {} }],
    ['a name with a slash', { kind: 'call', id: 1, name: 'chat/history', input: {} }],
    ['a name of three parts', { kind: 'call', id: 1, name: 'a.b.c', input: {} }],
    ['an input that is a list', { kind: 'call', id: 1, name: 'vote', input: [] }],
    ['a path to another host', { kind: 'open', path: '//evil.example' }],
    ['the same with a backslash', { kind: 'open', path: '/\\evil.example' }],
    ['the same behind a tab', { kind: 'open', path: '/\t/evil.example' }],
    ['a whole address', { kind: 'open', path: 'https://evil.example' }],
    ['a script', { kind: 'open', path: 'javascript:alert(1)' }],
    ['a relative path', { kind: 'open', path: 'rooms' }],
    ['a title without end', { kind: 'title', text: 'x'.repeat(121) }],
    ['a tone of its own', { kind: 'notify', text: 'x', tone: 'admin' }],
    ['a file that is none', { kind: 'upload', id: 1, name: 'send', parts: [{ field: 'f', value: { size: 1 } }] }],
    [
      'too many parts',
      { kind: 'upload', id: 1, name: 'send', parts: Array.from({ length: 201 }, () => ({ field: 'f', value: '' })) },
    ],
    ['credit of less than nothing', { kind: 'more', id: 1, count: -5 }],
    ['credit without end', { kind: 'more', id: 1, count: Number.POSITIVE_INFINITY }],
  ];
  test.each(wrong)('that is %s is not heard', (_, message) => {
    expect(readFromPage(message)).toBeUndefined();
  });
});

test.each(['', 'game/1', 'ä ö ?&', '100 %', 'a#b'])('a route comes back from the address as it was: %p', (route) => {
  expect(readRoute(writeRoute(route))).toBe(route);
});

test('what somebody typed behind the # is a route as well', () => {
  expect(readRoute('#100%')).toBe('100%');
});
