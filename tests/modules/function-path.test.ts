import { expect, test } from 'bun:test';
import { createFunctionPaths } from '../../server/modules/function-path.ts';

const calls: [string, string, string, { module: string; name: string } | undefined][] = [
  ['a function', 'http://nas/api/chat/listRooms', '/api/', { module: 'chat', name: 'listRooms' }],
  ['with a query', 'http://nas:3000/api/chat/listRooms?a=/b/c', '/api/', { module: 'chat', name: 'listRooms' }],
  ['with a slash at the end', 'http://nas/api/chat/listRooms/?x', '/api/', { module: 'chat', name: 'listRooms' }],
  ['below a base path', 'http://nas/team/api/chat/listRooms', '/team/api/', { module: 'chat', name: 'listRooms' }],
  ['over IPv6', 'http://[::1]:3000/api/a/b', '/api/', { module: 'a', name: 'b' }],
  ['with escapes', 'http://nas/api/ch%61t/list%52ooms', '/api/', { module: 'chat', name: 'listRooms' }],
  ['of Object', 'http://nas/api/__proto__/toString', '/api/', { module: '__proto__', name: 'toString' }],
  ['outside the base path', 'http://nas/api/chat/listRooms', '/team/api/', undefined],
  ['one part', 'http://nas/api/openapi.json', '/api/', undefined],
  ['one part and a slash', 'http://nas/api/chat/', '/api/', undefined],
  ['no part', 'http://nas/api/', '/api/', undefined],
  ['no module', 'http://nas/api//listRooms', '/api/', undefined],
  ['three parts', 'http://nas/api/chat/list/rooms', '/api/', undefined],
  ['a slash in disguise', 'http://nas/api/chat/list%2Frooms', '/api/', undefined],
  ['broken escapes', 'http://nas/api/chat/%E0%A4%A', '/api/', undefined],
  ['a query alone', 'http://nas/api?/api/chat/listRooms', '/api/', undefined],
  ['a query that looks like it', 'http://nas/?/api/chat/listRooms', '/api/', undefined],
  ['a module that is only in the query', 'http://nas/api/chat?/listRooms', '/api/', undefined],
];

for (const [what, url, prefix, called] of calls)
  test(`${what} names ${called ? `${called.module}.${called.name}` : 'no function'}`, () => {
    const functionAt = createFunctionPaths(prefix);
    expect(functionAt(url)).toEqual(called);
    expect(functionAt(url)).toEqual(called);
  });

test('more paths than are remembered are found as well', () => {
  const functionAt = createFunctionPaths('/api/');
  for (let i = 0; i < 3000; i++) expect(functionAt(`http://nas/api/m/f${i}`)).toEqual({ module: 'm', name: `f${i}` });
  expect(functionAt('http://nas/api/m/f0')).toEqual({ module: 'm', name: 'f0' });
});
