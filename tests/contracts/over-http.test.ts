import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { FnDef } from '@shared/kernel/contract.ts';
import type { Envelope } from '@shared/kernel/result.ts';
import * as fc from 'fast-check';
import type { Role } from '../../server/modules/identity.ts';
import { fieldsOf, type Input, validInput } from './arbitrary.ts';
import { check } from './check.ts';
import { functions, type Named, rows, streams } from './functions.ts';
import { MARKER, mutatedJson } from './mutation.ts';
import { createWorld, leastRole, type World } from './world.ts';

setDefaultTimeout(30_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const valid = ({ definition }: Named<FnDef>) => validInput(definition.input, world.known);
const mutated = (named: Named<FnDef>) => mutatedJson(named.definition.input, valid(named));

interface Answer {
  status: number;
  body: Envelope<unknown>;
  text: string;
}

const send = async (path: string, init: RequestInit): Promise<Answer> => {
  const response = await fetch(`${world.server.url}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, body: isJson ? JSON.parse(text) : { ok: true, data: text, requestId: '' }, text };
};

const dataOf = ({ body }: Answer): unknown => (body.ok ? body.data : body.error);

const bearer = (role: Role): Record<string, string> => ({ authorization: `Bearer ${world.people[role].token}` });

const post = (role: Role, { module, name }: Named<FnDef>, body: string | Uint8Array<ArrayBuffer>): Promise<Answer> =>
  send(`api/${module}/${name}`, {
    method: 'POST',
    headers: { ...bearer(role), 'content-type': 'application/json' },
    body,
  });

/** Bodies that are no JSON object, as bytes on the wire. */
const brokenBodies: [string, string | Uint8Array<ArrayBuffer>, number][] = [
  ['half an object', '{"a":', 400],
  ['two values', '{} {}', 400],
  ['a bare word', 'undefined', 400],
  ['NaN', '{"limit":NaN}', 400],
  ['a comment', '{/**/}', 400],
  ['a trailing comma', '{"a":1,}', 400],
  ['single quotes', "{'a':1}", 400],
  ['a byte that is no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['an overlong encoding', new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), 400],
  ['a surrogate in UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 400],
  ['UTF-16', new Uint8Array([0x7b, 0x00, 0x7d, 0x00]), 400],
  ['brackets without end', '['.repeat(500_000), 400],
  ['deep nesting', `${'['.repeat(400_000)}${']'.repeat(400_000)}`, 422],
  ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 422],
  ['null', 'null', 422],
  ['a list', '[]', 422],
  ['a text', '"text"', 422],
  ['a number beyond all', '1e400', 422],
  ['a prototype', '{"__proto__":{"role":"admin"}}', 422],
  ['more keys than anybody reads', `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join(',')}}`, 422],
  ['a key without end', `{"${'k'.repeat(500_000)}":1}`, 422],
  ['a constructor', '{"constructor":{"prototype":{}}}', 422],
];

describe.each(rows(functions))('POST %s', (_, named) => {
  test('refuses a broken body and changes nothing', async () => {
    const role = leastRole(named.definition);
    const before = await world.state();
    for (const [what, body, status] of brokenBodies) {
      const answer = await post(role, named, body);
      // JSON.parse may give up on nesting that others still read.
      const statuses = what.startsWith('deep') ? [400, 422] : [status];
      expect([what, statuses]).toEqual([what, expect.arrayContaining([answer.status])]);
      expect(answer.body).toMatchObject({ ok: false, error: { retryable: false } });
      expect(answer.text.length).toBeLessThan(5000);
    }
    expect(await world.state()).toEqual(before);
  });

  test('refuses mutated input with 422, does not repeat it, and changes nothing', async () => {
    const before = await world.state();
    await check(
      mutated(named),
      async (input) => {
        const answer = await post(leastRole(named.definition), named, JSON.stringify(input));
        expect([answer.status, answer.body]).toMatchObject([422, { ok: false, error: { code: 'request.invalid' } }]);
        expect(answer.text).not.toContain(MARKER);
        expect(await world.state()).toEqual(before);
      },
      15,
    );
  });
});

describe.each(rows(functions.filter(({ definition }) => definition.effect === 'read')))('GET %s', (_, named) => {
  const { module, name, definition } = named;
  const query = (input: Input): string =>
    new URLSearchParams(
      Object.entries(input).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ).toString();
  const get = (search: string, role: Role = 'admin') =>
    send(`api/${module}/${name}?${search}`, { headers: bearer(role) });

  test('answers as POST does', async () => {
    await check(
      valid(named).filter((input) => JSON.stringify(input).isWellFormed()),
      async (input) => {
        const body = JSON.stringify(input);
        const [first, got, again] = [
          await post('admin', named, body),
          await get(query(input)),
          await post('admin', named, body),
        ];
        expect([got.status, got.body.ok]).toEqual([first.status, first.body.ok]);
        // Some answers are never the same twice: a reading of the machine, the hub in numbers.
        if (!Bun.deepEquals(dataOf(first), dataOf(again))) return;
        expect(dataOf(got)).toEqual(dataOf(first));
      },
      8,
    );
  });

  test('refuses a query that its contract does not know, and changes nothing', async () => {
    const before = await world.state();
    for (const search of [
      'extra=1',
      '__proto__=1',
      'constructor=1',
      '=1',
      '%00=1',
      '%F0%28%8C%28=1',
      `extra=${MARKER}${'x'.repeat(4000)}`,
      Array.from({ length: 300 }, (_, n) => `k${n}=1`).join('&'),
    ]) {
      const answer = await get(search);
      expect([search.slice(0, 20), answer.status]).toEqual([search.slice(0, 20), 422]);
      expect(answer.text).not.toContain(MARKER);
      expect(answer.text.length).toBeLessThan(5000);
    }
    const [input = {}] = fc.sample(valid(named), 1);
    for (const field of fieldsOf(definition.input))
      for (const junk of ['', 'NaN', 'null', '[]', '{}', '[[[', '1e400', '-1', '\0', 'a\r\nb', 'x'.repeat(5000)]) {
        if (definition.input.safeParse({ ...input, [field]: junk }).success) continue;
        const search = new URLSearchParams([...new URLSearchParams(query(input))].filter(([key]) => key !== field));
        search.append(field, junk);
        expect([field, junk, (await get(search.toString())).status]).toEqual([field, junk, 422]);
      }
    expect(await world.state()).toEqual(before);
  });

  test('is not found for a stream, a socket or another module of that name', async () => {
    expect((await send(`sse/${module}/${name}`, { headers: bearer('admin') })).status).toBe(404);
    expect((await send(`ws/${module}/${name}`, { headers: bearer('admin') })).status).toBe(404);
  });
});

describe.each(rows(streams))('SSE %s', (_, { module, name }) => {
  test.each(['extra=1', '__proto__=1', '=1', '%00=1'])('refuses the query %s with a plain answer', async (search) => {
    const before = await world.state();
    const { status, body } = await send(`sse/${module}/${name}?${search}`, { headers: bearer('admin') });
    expect([status, body]).toMatchObject([422, { ok: false, error: { code: 'request.invalid' } }]);
    expect(await world.state()).toEqual(before);
  });

  test('refuses strangers, and is no function', async () => {
    expect((await send(`sse/${module}/${name}`, {})).status).toBe(401);
    expect((await send(`api/${module}/${name}`, { headers: bearer('admin') })).status).toBe(404);
  });
});

test('none of all these requests was a bug', () => {
  expect(world.server.log.filter((line) => line.includes('failed'))).toEqual([]);
});
