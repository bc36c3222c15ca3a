import { defineModule, stream, z } from 'hearth:sdk';

/** A module that uses more words than there is room for. */
export default defineModule({
  id: 'wordy',
  version: '10.20.30-beta.40',
  title: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenverwaltung und mehr',
  description: `It looks after ${'Donaudampfschifffahrtsgesellschaftskapitänsmützen'.repeat(2)}, among other things.`,
  engine: '^1.0.0',
  settings: z.object({
    donaudampfschifffahrtsgesellschaftskapitänsmütze: z
      .string()
      .default('Kapitänsmützenabzeichenbefestigung'.repeat(3)),
  }),
  tile: { title: 'Caps', stream: 'caps' },
  streams: {
    caps: stream(
      {
        access: 'guest',
        summary: 'The caps.',
        events: { reading: z.object({ value: z.string(), detail: z.string() }) },
      },
      async function* (ctx) {
        while (!ctx.signal.aborted) {
          const value = 'Most of them are where they belong, and Kapitänsmützenabzeichenbefestigungen as well';
          yield { event: 'reading', data: { value, detail: 'Kapitänsmützenabzeichenbefestigung'.repeat(3) } };
          await ctx.sleep(60_000);
        }
      },
    ),
  },
});
