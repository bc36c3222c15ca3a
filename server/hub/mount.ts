import { Elysia } from 'elysia';
import { TooManyConnections } from '@shared/hub/errors.ts';
import { fail, NotReady, Unauthenticated } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { CallerOf } from '../modules/caller.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import { envelope } from '../modules/respond.ts';
import type { RunningHub } from './create-hub.ts';

export interface MountHubOptions {
  hub: RunningHub;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  /** False while the server goes down. */
  ready: () => boolean;
}

/**
 * `GET /ws`: who comes is known before the upgrade, so that a refusal is a plain HTTP answer. A route of its own rather
 * than Elysia's `.ws`, which wraps each message anew and cannot refuse by status.
 */
export function mountHub({ hub, callerOf, arrivalOf, ready }: MountHubOptions) {
  const handle = async (request: Request): Promise<Response | undefined> => {
    const arrival = arrivalOf(request);
    const refuse = (result: Result<unknown>, status: number): Response => envelope(result, status, arrival.requestId);
    if (!ready()) return refuse(fail(NotReady, undefined, { retryAfter: 2 }), NotReady.status);
    const ticket = new URL(request.url).searchParams.get('ticket') ?? undefined;
    const caller = await callerOf(request, 'socket', ticket === undefined ? {} : { ticket });
    if (!caller.ok) return refuse(caller, 403);
    const { identity, request: info } = caller.data;
    if (!identity) return refuse(fail(Unauthenticated), Unauthenticated.status);
    if (!hub.admits(identity.userId))
      return refuse(fail(TooManyConnections, undefined, { retryAfter: 5 }), TooManyConnections.status);
    if (hub.upgrade(arrival.server, request, identity, info)) return undefined;
    return new Response('Connect with a WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
  };
  return new Elysia({ name: 'hub' }).get('/ws', ({ request }) => handle(request));
}
