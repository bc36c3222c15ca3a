import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { type Input, validInput } from './arbitrary.ts';
import { check } from './check.ts';
import { codesOf, functions, harmless } from './functions.ts';
import { type CallerName, callers, createWorld, type World } from './world.ts';

setDefaultTimeout(30_000);

let world: World;
let sqlite: Database;
beforeAll(async () => {
  world = await createWorld();
  sqlite = new Database(join(world.server.data, 'hearth.db'), { readonly: true });
});
afterAll(async () => {
  sqlite.close();
  await world[Symbol.asyncDispose]();
});

interface Call {
  who: CallerName;
  full: string;
  input: Input;
}

/** A call of any function that leaves sessions and connections open. */
const anyCall = (): fc.Arbitrary<Call> =>
  fc.oneof(
    ...harmless.map(({ module, name, definition }) =>
      fc.record({
        who: fc.constantFrom<CallerName>(...callers),
        full: fc.constant(`${module}.${name}`),
        input: validInput(definition.input, world.known),
      }),
    ),
  );

/** What must hold of the rows whatever was called: each query finds what breaks it. */
const invariants: [string, string][] = [
  [
    'the number of people of a room is that of its members',
    `SELECT id FROM rooms WHERE members <> (SELECT count(*) FROM room_members WHERE room_id = rooms.id)`,
  ],
  [
    'a room with people in it that is not direct has an owner',
    `SELECT id FROM rooms WHERE kind <> 'direct' AND members > 0
     AND NOT EXISTS (SELECT 1 FROM room_members WHERE room_id = rooms.id AND role = 'owner')`,
  ],
  [
    'the head of a room is its last position, and positions have no holes',
    `SELECT id FROM rooms WHERE head <> (SELECT count(*) FROM messages WHERE room_id = rooms.id)
     OR head <> (SELECT coalesce(max(position), 0) FROM messages WHERE room_id = rooms.id)`,
  ],
  [
    'nobody has read further than the head',
    `SELECT room_id FROM room_members JOIN rooms ON rooms.id = room_id WHERE read_position > head`,
  ],
  [
    'a message is stored once for its author and client id',
    `SELECT author_id FROM messages GROUP BY author_kind, author_id, client_id HAVING count(*) > 1`,
  ],
  [
    'each message has its event in the journal',
    `SELECT messages.id FROM messages LEFT JOIN journal ON journal.channel = 'room:' || room_id AND journal."offset" = messages."offset"
     WHERE journal.event IS NOT 'chat_message' OR json_extract(journal.payload, '$.id') IS NOT messages.id`,
  ],
  [
    'the offsets of a channel have no holes',
    `SELECT channel FROM journal GROUP BY channel HAVING max("offset") - min("offset") + 1 <> count(*)`,
  ],
  [
    'seq has no holes',
    `SELECT span FROM (SELECT max(seq) - min(seq) + 1 AS span, count(*) AS events FROM journal) WHERE span <> events`,
  ],
  [
    'no invitation was used more often than it says',
    `SELECT code FROM invites WHERE max_uses IS NOT NULL AND uses > max_uses`,
  ],
  ['no e-mail address belongs to two', `SELECT email FROM users GROUP BY email HAVING count(*) > 1`],
  [
    'direct rooms are one for each set of people',
    `SELECT people FROM rooms WHERE kind = 'direct' GROUP BY people HAVING count(*) > 1`,
  ],
];

test('forty calls at once each answer as their contract says, and leave the house in order', async () => {
  const codes = new Map(functions.map(({ module, name, definition }) => [`${module}.${name}`, codesOf(definition)]));
  await check(
    fc.array(anyCall(), { minLength: 40, maxLength: 40 }),
    async (calls) => {
      const outcomes = await Promise.all(
        calls.map(({ who, full, input }) => {
          const [module = '', name = ''] = full.split('.');
          return world.call(who, module, name, input);
        }),
      );
      for (const [index, outcome] of outcomes.entries()) {
        const { full = '' } = calls[index] ?? {};
        if (!outcome.ok)
          expect([full, [...(codes.get(full) ?? [])]]).toEqual([full, expect.arrayContaining([outcome.error.code])]);
        if (!outcome.ok) expect([full, outcome.error.code]).not.toEqual([full, 'server.internal']);
      }
      await world.server.app.hub.journal.settled();
      for (const [what, query] of invariants) expect([what, sqlite.query(query).values()]).toEqual([what, []]);
    },
    25,
  );
});

test('the same call by the same person many times at once happens as often as it may', async () => {
  const [room = ''] = world.known.texts.filter((text) => text.startsWith('room_'));
  const post = (clientId: string, text: string) =>
    world.call('admin', 'chat', 'postMessage', { roomId: room, clientId, text });
  const same = await Promise.all(Array.from({ length: 50 }, () => post('at-once', 'hello')));
  expect(new Set(same.map((outcome) => outcome.ok && (outcome.data as { id: string }).id)).size).toBe(1);
  const mixed = await Promise.all(Array.from({ length: 20 }, (_, n) => post('mixed', n % 2 ? 'one' : 'other')));
  expect(mixed.filter(({ ok }) => ok)).toHaveLength(10);
  const keyed = await Promise.all(
    Array.from({ length: 50 }, () =>
      world.call('member', 'chat', 'createRoom', { name: 'Keyed', kind: 'private' }, 'k'),
    ),
  );
  expect(new Set(keyed.map((outcome) => outcome.ok && (outcome.data as { id: string }).id)).size).toBe(1);
  await world.server.app.hub.journal.settled();
  for (const [what, query] of invariants) expect([what, sqlite.query(query).values()]).toEqual([what, []]);
});

test('none of all these calls was a bug', () => {
  expect(world.server.log.filter((line) => line.includes('failed'))).toEqual([]);
});
