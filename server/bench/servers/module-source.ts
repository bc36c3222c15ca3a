/**
 * The modules that workloads use, all of one source: what is asked of them they do, harm included. `bench-trusted` runs in
 * the server's process, the others in ones of their own.
 */
export const TRUSTED = 'bench-trusted';

/** Milliseconds for which whoever asks too much may go on: longer than any workload takes. */
const CALL_TIMEOUT = 120_000;

/** What a module of this name is, in its `build`. */
export const moduleSource = (id: string, build: number): string => `
import { defineModule, fn, ok, stream, z } from 'hearth:sdk';

const sum = {
  effect: 'read',
  summary: 'Adds.',
  input: z.object({ a: z.number(), b: z.number(), note: z.string().max(200) }),
  output: z.object({ sum: z.number(), note: z.string() }),
} as const;
const harm = { access: 'public', effect: 'write', output: z.null() } as const;
const kept: Uint8Array[] = [];

export default defineModule({
  id: '${id}',
  version: '1.0.${build}',
  title: 'Bench',
  engine: '^1.0.0',
  limits: { callTimeout: ${CALL_TIMEOUT} },
  functions: {
    add: fn({ ...sum, access: 'public' }, (_, { a, b, note }) => ok({ sum: a + b, note })),
    addForMembers: fn({ ...sum, access: 'member' }, (_, { a, b, note }) => ok({ sum: a + b, note })),
    build: fn({ access: 'public', effect: 'read', summary: 'Says which it is.', output: z.number() }, () => ok(${build})),
    loop: fn({ ...harm, summary: 'Never answers.' }, () => {
      for (;;);
    }),
    leak: fn({ ...harm, summary: 'Takes 100 MiB of memory a second.' }, () => {
      setInterval(() => kept.push(new Uint8Array(10 * 1024 * 1024).fill(1)), 100);
      return ok(null);
    }),
    flood: fn({ ...harm, summary: 'Writes as fast as it can.' }, () => {
      setInterval(() => process.stdout.write('All work and no play. '.repeat(1000) + '\\n'), 0);
      return ok(null);
    }),
  },
  streams: {
    count: stream(
      { access: 'public', summary: 'Counts.', input: z.object({ to: z.coerce.number() }), events: { number: z.object({ n: z.number() }) } },
      async function* (_, { to }) {
        for (let n = 1; n <= to; n++) yield { event: 'number', data: { n } };
      },
    ),
  },
});
`;
