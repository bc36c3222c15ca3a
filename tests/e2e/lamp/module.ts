import { defineModule, fn, ok, secret, stream, z } from 'hearth:sdk';

/** A module with everything that the app's own pages show of one. */
export default defineModule({
  id: 'lamp',
  version: '1.4.0',
  title: 'Desk lamp',
  description: 'Lights up the desk.',
  engine: '^1.0.0',
  permissions: ['chat:write', 'people:read', 'weather:read'],
  settings: z.object({
    lampAddress: z.url().optional().describe('Where the lamp answers.'),
    key: secret(z.string().min(8)).optional(),
    interval: z.int().min(1).max(3600).default(30).describe('Seconds between two looks.'),
    loud: z.boolean().default(true),
    colour: z.enum(['red', 'green', 'warm white']).default('red'),
    tags: z.array(z.string().max(20)).default([]),
  }),
  functions: {
    say: fn(
      { access: 'guest', effect: 'write', summary: 'Writes a line of the log.', input: z.object({ text: z.string() }) },
      (ctx, { text }) => {
        ctx.log.warn(text);
        return ok({});
      },
    ),
  },
  streams: {
    brightness: stream(
      {
        access: 'member',
        summary: 'How bright the lamp is.',
        events: { reading: z.object({ value: z.number(), unit: z.string(), detail: z.string(), maximum: z.number() }) },
      },
      async function* (ctx) {
        for (let value = 40; !ctx.signal.aborted; value++) {
          yield { event: 'reading', data: { value, unit: 'lm', detail: ctx.settings.colour, maximum: 800 } };
          await ctx.sleep(300);
        }
      },
    ),
  },
  commands: {
    lamp: {
      description: 'Switches the lamp',
      usage: '<on|off>',
      async run(ctx, { roomId, text }) {
        const posted = await ctx.hearth.chat.postMessage({
          roomId: roomId as `room_${string}`,
          clientId: crypto.randomUUID(),
          text: `The lamp is **${text || 'off'}**.`,
        });
        return posted.ok ? ok(null) : posted;
      },
    },
    lamps: {
      description: 'Counts the lamps',
      run: (ctx) => ok(`There is **one lamp**, ${ctx.settings.colour}.`),
    },
  },
  tile: { title: 'Brightness', stream: 'brightness' },
});
