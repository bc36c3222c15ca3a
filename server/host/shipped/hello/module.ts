import { defineModule, fn, ok, z } from 'hearth:sdk';

/** The smallest module: one function, at `/api/hello/greet`. */
export default defineModule({
  id: 'hello',
  version: '1.0.0',
  title: 'Hello',
  description: 'The smallest module: one function that greets.',
  engine: '^1.0.0',
  functions: {
    greet: fn(
      {
        access: 'guest',
        effect: 'read',
        summary: 'Greets somebody, the caller unless told whom.',
        input: z.object({ name: z.string().trim().min(1).max(80).optional() }),
        output: z.object({ text: z.string() }),
      },
      (ctx, { name }) => ok({ text: `Hello, ${name ?? ctx.user?.name ?? 'world'}!` }),
    ),
  },
});
