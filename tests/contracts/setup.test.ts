import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { auth } from '@shared/auth/contract.ts';
import { SignedIn } from '@shared/auth/schema.ts';
import * as fc from 'fast-check';
import { openDatabaseHash } from '../support/database-hash.ts';
import { startTestServer } from '../support/server.ts';
import { validInput } from './arbitrary.ts';
import { mutatedJson } from './mutation.ts';

setDefaultTimeout(30_000);

const { input } = auth.definitions.setup;
const nobody = { texts: [], numbers: [], fields: {}, only: {} };

describe('auth.setup before there is a team', () => {
  test('makes the team of any valid input, and of the next one no other', async () => {
    await fc.assert(
      fc.asyncProperty(validInput(input, nobody), validInput(input, nobody), async (first, second) => {
        const server = await startTestServer();
        try {
          const { status, body } = await server.call('auth/setup', first);
          expect([status, SignedIn.safeParse(body.ok && body.data).success]).toEqual([200, true]);
          expect((await server.call('auth/setup', second)).body).toMatchObject({ error: { code: 'auth.setup_done' } });
        } finally {
          await server.stop();
        }
      }),
      { numRuns: 5 },
    );
  });

  test('refuses mutated input and leaves the team to be made', async () => {
    const server = await startTestServer();
    using hash = openDatabaseHash(join(server.data, 'hearth.db'));
    const before = hash.now();
    await fc.assert(
      fc.asyncProperty(mutatedJson(input, validInput(input, nobody)), async (mutated) => {
        const { status, body } = await server.call('auth/setup', mutated);
        expect([status, body]).toMatchObject([422, { error: { code: 'request.invalid' } }]);
        expect(hash.now()).toBe(before);
      }),
      { numRuns: 60 },
    );
    expect((await server.call('auth/status')).body).toMatchObject({ data: { setupNeeded: true } });
    await server.stop();
  });
});
