import { Elysia } from 'elysia';
import { z } from 'zod';
import type { Furnished } from '../workload.ts';

/** The yardstick of a call: the same function as a route of Elysia's own, with the same schema and the same answer. */
export async function serveElysia(): Promise<Furnished> {
  const input = z.object({ a: z.number(), b: z.number(), note: z.string().max(200) });
  const app = new Elysia()
    // Whichever of ours it is held against.
    .post(
      '/api/:module/:function',
      ({ body: { a, b, note } }) => ({
        ok: true,
        data: { sum: a + b, note },
        requestId: 'req_01hzzzzzzzzzzzzzzzzzzzzzzz',
      }),
      { body: input },
    )
    .listen({ port: 0, hostname: '127.0.0.1', reusePort: false });
  return { port: app.server?.port ?? 0, tokens: [], rooms: [], general: '' };
}
