import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { FnDef } from '@shared/kernel/contract.ts';
import * as fc from 'fast-check';
import type { Outcome } from '../../server/modules/registry.ts';
import { validInput } from './arbitrary.ts';
import { check } from './check.ts';
import { closing, codesOf, functions, harmless, type Named, rows } from './functions.ts';
import { inputWithExtraKey, MARKER, mutatedInput, notAnObject } from './mutation.ts';
import { type CallerName, callers, createWorld, leastCaller, mayCall, type World } from './world.ts';

setDefaultTimeout(30_000);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** Set-up happens once and has a test of its own; a refresh needs a cookie. */
const unreachable = new Set(['auth.setup', 'auth.refresh']);
const succeeded = new Set<string>();

const expectRefusal = (outcome: Outcome): void => {
  expect(outcome).toMatchObject({ ok: false, error: { code: 'request.invalid', retryable: false } });
  if (outcome.ok) return;
  const { issues = [], ...error } = outcome.error;
  expect(error.message).not.toBe('');
  expect(issues.length).toBeGreaterThan(0);
  for (const { path, code } of issues) {
    expect(path).toBeString();
    expect(code).toMatch(/^[a-z_]+$/);
  }
  expect(JSON.stringify(issues)).not.toContain(MARKER);
  expect(JSON.stringify(issues).length).toBeLessThan(4000);
};

const holds = (full: string, { module, name, definition }: Named<FnDef>): void => {
  const valid = () => validInput(definition.input, world.known);
  const caller = fc.constantFrom<CallerName>(...callers);
  const least = leastCaller(definition.access);

  test('answers valid input as its contract says, and neither a failure nor a read changes anything', async () => {
    const codes = codesOf(definition);
    await check(
      fc.tuple(caller, valid()),
      async ([who, input]) => {
        const before = await world.state();
        const outcome = await world.call(who, module, name, input);
        if (!mayCall(who, definition.access)) {
          const code = who === 'stranger' ? 'auth.unauthenticated' : 'auth.forbidden';
          expect(outcome).toMatchObject({ ok: false, error: { code } });
        }
        if (!outcome.ok) {
          expect(codes).toContain(outcome.error.code);
          expect(outcome.error.code).not.toBe('server.internal');
          expect(outcome.error.message).not.toBe('');
        } else {
          succeeded.add(full);
          if (typeof definition.output === 'string') expect(outcome.data).toMatchObject({ kind: definition.output });
          else expect(definition.output.safeParse(outcome.data).success).toBe(true);
        }
        if (!outcome.ok || definition.effect === 'read') expect(await world.state()).toEqual(before);
      },
      150,
    );
  });

  test('refuses mutated input with a reason and leaves database and events as they were', async () => {
    const before = await world.state();
    const refused = async (input: unknown): Promise<void> => {
      expectRefusal(await world.call(least, module, name, input));
      expect(await world.state()).toEqual(before);
    };
    for (const input of notAnObject) await refused(input);
    await check(mutatedInput(definition.input, valid()), refused, 200);
    await check(inputWithExtraKey(definition.input, valid()), refused, 50);
  });

  test('refuses mutated input with an idempotency key, and remembers no answer for it', async () => {
    const before = await world.state();
    await check(
      mutatedInput(definition.input, valid()),
      async (input) => {
        expectRefusal(await world.call(least, module, name, input, 'mutated'));
        expect(await world.state()).toEqual(before);
      },
      20,
    );
  });

  if (definition.effect === 'write' && !definition.unrepeatable)
    test('called twice with one key happens once', async () => {
      let count = 0;
      await check(
        fc.tuple(caller, valid()),
        async ([who, input]) => {
          const key = `${full}-${count++}`;
          const first = await world.call(who, module, name, input, key);
          const after = await world.state();
          const again = await world.call(who, module, name, input, key);
          if (first.ok) expect(again).toEqual(first);
          else expect(again).toMatchObject({ ok: false, error: { code: first.error.code } });
          expect(await world.state()).toEqual(after);
        },
        25,
      );
    });
};

describe.each(rows(harmless))('%s', holds);

test('everybody was connected all the while, so that each event had somebody to go to', () => {
  expect(Object.values(world.sockets).map(({ closed }) => closed)).toEqual([undefined, undefined, undefined]);
});

describe.each(rows(closing))('%s', holds);

test('the calls got deep: each function succeeded for somebody', () => {
  expect([...succeeded].toSorted()).toEqual(
    functions
      .map(({ module, name }) => `${module}.${name}`)
      .filter((full) => !unreachable.has(full))
      .toSorted(),
  );
});

test('none of all these calls was a bug', () => {
  expect(world.server.log.filter((line) => line.includes('failed'))).toEqual([]);
});
