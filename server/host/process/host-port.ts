import { z } from 'zod';
import { fail, Invalid } from '@shared/kernel/errors.ts';
import { CallerGone } from '@shared/modules/errors.ts';
import type { HostApi } from '../instance.ts';
import type { LinkOptions } from '../link/exchange.ts';
import type { Runs } from './runs.ts';
import { Turnstile } from './turnstile.ts';

const Short = z.string().max(200);
const Calling = z.object({
  within: Short.optional(),
  module: Short,
  function: Short,
  input: z.unknown(),
  key: Short.optional(),
});
const Publishing = z.object({ event: Short, payload: z.record(z.string(), z.unknown()) });
const Logging = z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), text: z.string() });
const Sending = z.object({ peerId: Short, message: z.unknown() });
const Broadcasting = z.object({ handler: Short, room: Short, message: z.unknown() });
const InRoom = z.object({ peerId: Short, room: Short });
const Closing = z.object({
  peerId: Short,
  code: z.number().int().min(1000).max(4999).optional(),
  reason: z.string().max(120).optional(),
});

/** What came over the link, taken by its method. False where it is not in its form. */
const taking =
  <T>(schema: z.ZodType<T>, take: (told: T) => void) =>
  (params: unknown): boolean => {
    const parsed = schema.safeParse(params);
    if (parsed.success) take(parsed.data);
    return parsed.success;
  };

/**
 * The host's side of what a module's process may ask: everything is parsed, and nobody is acted for whose call does not
 * run in that process.
 */
export function createHostPort(host: HostApi, runs: Runs, log: HostApi['log']): Pick<LinkOptions, 'handle' | 'note'> {
  const { sockets } = host;
  // To read a long history takes milliseconds, and a process may ask for hundreds at once.
  const turnstile = new Turnstile();
  const notes: Record<string, (params: unknown) => boolean> = {
    publish: taking(Publishing, ({ event, payload }) => host.publish(event, payload)),
    log: taking(Logging, ({ level, text }) => log(level, text)),
    send: taking(Sending, ({ peerId, message }) => sockets.send(peerId, message)),
    broadcast: taking(Broadcasting, ({ handler, room, message }) => sockets.broadcast(handler, room, message)),
    join: taking(InRoom, ({ peerId, room }) => sockets.join(peerId, room)),
    leave: taking(InRoom, ({ peerId, room }) => sockets.leave(peerId, room)),
    close: taking(Closing, ({ peerId, code, reason }) => sockets.close(peerId, code, reason)),
  };
  return {
    async handle(method, params) {
      const parsed = Calling.safeParse(params);
      if (method !== 'hearth' || !parsed.success) return { value: fail(Invalid) };
      const { within } = parsed.data;
      if (within !== undefined && !runs.has(within)) return { value: fail(CallerGone) };
      await turnstile.pass();
      return { value: await host.call(parsed.data) };
    },
    note(method, params) {
      let isTaken = false;
      try {
        isTaken = !Object.hasOwn(notes, method) || notes[method]?.(params) === true;
      } catch {
        // What JSON cannot say.
      }
      if (!isTaken) log('warn', `sockets, publish or log was given what it does not take: ${method}`);
    },
  };
}
