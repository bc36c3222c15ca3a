import { binary, defineModule, fn, ok, stream, z } from 'hearth:sdk';

/** A module whose page uses all that a page can. */
export default defineModule({
  id: 'friendly',
  version: '1.0.0',
  title: 'Friendly',
  engine: '^1.0.0',
  page: './page.tsx',
  functions: {
    greet: fn({ access: 'guest', effect: 'read', summary: 'Greets.', output: z.object({ text: z.string() }) }, (ctx) =>
      ok({ text: `Hello ${ctx.user?.name ?? 'stranger'}` }),
    ),
    shout: fn({ access: 'guest', effect: 'write', summary: 'Tells everybody who looks.' }, (ctx) => {
      ctx.hearth.publish('shouted', { by: ctx.user?.name ?? '' });
      return ok({});
    }),
    send: fn(
      {
        access: 'guest',
        effect: 'write',
        summary: 'Takes files.',
        input: z.object({ note: z.string() }),
        output: z.object({ note: z.string(), names: z.array(z.string()), bytes: z.number() }),
        files: { maxCount: 3, maxBytes: 8 * 1024 * 1024 },
      },
      (ctx, { note }) =>
        ok({
          note,
          names: ctx.files.map(({ name }) => name),
          bytes: ctx.files.reduce((sum, { size }) => sum + size, 0),
        }),
    ),
    report: fn(
      { access: 'guest', effect: 'read', summary: 'A file.', input: z.object({ of: z.string() }), output: 'binary' },
      (_, { of }) => ok(binary(new TextEncoder().encode(`report of ${of}`), 'text/html', 'report.html')),
    ),
  },
  streams: {
    count: stream(
      {
        access: 'guest',
        summary: 'Counts.',
        input: z.object({ to: z.number().int() }),
        events: { number: z.object({ n: z.number() }) },
      },
      async function* (ctx, { to }) {
        try {
          for (let n = 1; n <= to; n++) yield { event: 'number', data: { n } };
          await ctx.sleep(60_000);
        } finally {
          ctx.log.info('counting is over');
        }
      },
    ),
  },
});
