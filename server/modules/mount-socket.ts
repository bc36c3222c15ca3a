import { Elysia } from 'elysia';
import type { CloseCode } from '@shared/hub/close-codes.ts';
import type { InputSchema } from '@shared/kernel/contract.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Logger } from '../platform/log.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import type { CallerOf } from './caller.ts';
import { type AnySocketVerb, HandlerSocket } from './handler-socket.ts';
import type { LiveSessions } from './live-sessions.ts';
import { inputOfQuery } from './query-input.ts';
import type { Registry } from './registry.ts';
import type { Respond } from './respond.ts';

export interface MountSocketOptions {
  registry: Registry;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  respond: Respond;
  live: LiveSessions;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

/** Mounts each socket handler at `/ws/<module>/<handler>`; a refusal is an HTTP answer before the upgrade. */
export function mountSocket({ registry, callerOf, arrivalOf, respond, live, clock, ids, log }: MountSocketOptions) {
  const handle = async (request: Request, module: string, name: string): Promise<Response | undefined> => {
    const definition = registry.find(module, name);
    const arrival = arrivalOf(request);
    if (definition?.kind !== 'socket') return respond(registry.missing(module), definition, arrival);
    const query = new URL(request.url).searchParams;
    const ticket = query.get('ticket') ?? undefined;
    query.delete('ticket');
    const caller = await callerOf(arrival, 'socket', ticket === undefined ? {} : { ticket });
    if (!caller.ok) return respond(caller, definition, arrival);
    const abort = new AbortController();
    const started = registry.connect(
      { ...caller.data, signal: abort.signal },
      module,
      name,
      inputOfQuery(definition.input as InputSchema, query),
    );
    if (!started.ok) return respond(started, definition, arrival);
    const verb = registry.verb(module, name) as AnySocketVerb;
    let untrack: (() => void) | undefined;
    const socket: HandlerSocket = new HandlerSocket({
      module,
      handler: name,
      definition,
      verb,
      ctx: started.data.ctx,
      input: started.data.input as Record<string, unknown>,
      id: ids.next('con'),
      clock,
      abort,
      onError: (error) => log.error('a socket handler failed', { handler: `${module}.${name}`, error }),
      onClose: () => untrack?.(),
    });
    const { identity } = caller.data;
    if (identity)
      untrack = live.track({
        userId: identity.userId,
        sessionId: identity.sessionId,
        expiresAt: identity.expiresAt,
        kind: 'socket',
        end: (code: CloseCode) => socket.ws?.close(code),
      });
    if (arrival.server.upgrade(request, { data: socket })) return undefined;
    untrack?.();
    return new Response('Connect with a WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
  };
  return new Elysia({ name: 'sockets' }).get('/ws/:module/:handler', ({ request, params }) =>
    handle(request, params.module, params.handler),
  );
}
