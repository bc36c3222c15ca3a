import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { limits } from '@shared/hub/frames.ts';
import type { FnDef } from '@shared/kernel/contract.ts';
import * as fc from 'fast-check';
import type { Role } from '../../server/modules/identity.ts';
import { type Input, validInput } from './arbitrary.ts';
import { check } from './check.ts';
import { codesOf, functions, harmless, type Named, rows } from './functions.ts';
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

/** What a frame has room for. */
const fitsFrame = (input: unknown): boolean => JSON.stringify(input).length < limits.frameBytes - 1000;

describe.each(rows(harmless))('call %s', (_, named) => {
  const { module, name, definition } = named;
  const call = async (role: Role, input: unknown): Promise<Input> => {
    const answer = await world.sockets[role].ask('call', 'system', { module, function: name, input });
    return answer.event === 'ack' ? { ok: true, data: answer.payload } : { ok: false, error: answer.payload };
  };

  test('answers valid input as its contract says', async () => {
    const codes = codesOf(definition);
    const httpOnly = typeof definition.output === 'string' || definition.setsCookies === true;
    await check(
      fc.tuple(fc.constantFrom<Role>('guest', 'member', 'admin'), valid(named).filter(fitsFrame)),
      async ([role, input]) => {
        const answer = await call(role, input);
        if (httpOnly) expect(answer).toMatchObject({ ok: false, error: { code: 'request.http_only' } });
        else if (!answer.ok) expect(codes).toContain((answer.error as { code: string }).code);
        else if (typeof definition.output !== 'string')
          expect(definition.output.safeParse(answer.data).success).toBe(true);
      },
      8,
    );
  });

  test('refuses mutated input in one error frame and changes nothing', async () => {
    const before = await world.state();
    await check(
      mutated(named).filter(fitsFrame),
      async (input) => {
        const { ok, error } = await call(leastRole(definition), input);
        expect(ok).toBe(false);
        expect(['request.invalid', 'request.http_only']).toContain((error as { code: string }).code);
        expect(JSON.stringify(error)).not.toContain(MARKER);
        expect(await world.state()).toEqual(before);
      },
      10,
    );
  });
});

describe.each(rows(functions.filter(({ definition }) => definition.event !== undefined)))('frame of %s', (_, named) => {
  const { definition } = named;
  const { event = '', channelField = '' } = definition;

  test('does by its own name what the function does', async () => {
    const codes = codesOf(definition);
    await check(
      fc.tuple(fc.constantFrom<Role>('guest', 'member', 'admin'), valid(named)),
      async ([role, { [channelField]: target, ...payload }]) => {
        const answer = await world.sockets[role].ask(event, `room:${String(target)}`, payload);
        if (answer.event === 'error') expect(codes).toContain(answer.payload.code);
        else if (typeof definition.output !== 'string')
          expect(definition.output.safeParse(answer.payload).success).toBe(true);
      },
      20,
    );
  });

  test('refuses mutated payloads and channels and changes nothing', async () => {
    const before = await world.state();
    const isPayload = (value: unknown): value is Input =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && fitsFrame(value);
    await check(
      mutated(named).filter(isPayload),
      async ({ [channelField]: target, ...payload }) => {
        const channel = `room:${String(target)}`;
        fc.pre(channel.length <= 200);
        fc.pre(!definition.input.safeParse({ ...payload, [channelField]: String(target) }).success);
        const answer = await world.sockets.admin.ask(event, channel, payload);
        expect([answer.event, answer.payload.code]).toEqual(['error', 'request.invalid']);
        expect(await world.state()).toEqual(before);
      },
      25,
    );
  });
});

test('a call takes the idempotency keys that a header can carry, and no others', async () => {
  const call = (key: unknown) =>
    world.sockets.member.ask('call', 'system', { module: 'people', function: 'updateMe', input: {}, key });
  for (const key of ['a', 'x'.repeat(128), '01J9ZQ:!~']) expect((await call(key)).event).toBe('ack');
  const before = await world.state();
  for (const key of ['', ' ', 'a b', 'x'.repeat(129), 'ä', '😀', 'a\0', 'a\n', '\ud800', 1, null, {}]) {
    const answer = await call(key);
    expect([key, answer.event, answer.payload.code]).toEqual([key, 'error', 'request.invalid']);
  }
  expect(await world.state()).toEqual(before);
});

test('none of all these frames was a bug, and every socket is still open', () => {
  expect(world.server.log.filter((line) => line.includes('failed'))).toEqual([]);
  expect(Object.values(world.sockets).map(({ closed }) => closed)).toEqual([undefined, undefined, undefined]);
});
