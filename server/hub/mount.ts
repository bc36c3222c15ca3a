import { Elysia } from 'elysia';
import { TooManyConnections } from '@shared/hub/errors.ts';
import { type ErrorDef, fail, Forbidden, NotReady, OriginRefused, Unauthenticated } from '@shared/kernel/errors.ts';
import type { CallerOf } from '../modules/caller.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import { envelope } from '../modules/respond.ts';
import type { RunningHub } from './create-hub.ts';
import type { Refusal, Statistics } from './statistics.ts';

export interface MountHubOptions {
  hub: RunningHub;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  statistics: Statistics;
  /** False while the server goes down. */
  ready: () => boolean;
}

/**
 * `GET /ws`: who comes is known before the upgrade, so that a refusal is a plain HTTP answer. A route of its own rather
 * than Elysia's `.ws`, which wraps each message anew and cannot refuse by status.
 */
export function mountHub({ hub, callerOf, arrivalOf, statistics, ready }: MountHubOptions) {
  const handle = async (request: Request): Promise<Response | undefined> => {
    const arrival = arrivalOf(request);
    const refuse = (why: Refusal, error: ErrorDef, retryAfter?: number): Response => {
      statistics.refusals[why]++;
      const more = retryAfter === undefined ? undefined : { retryAfter };
      return envelope(fail(error, undefined, more), error.status, arrival.requestId);
    };
    if (!ready()) return refuse('not_ready', NotReady, 2);
    const ticket = new URL(request.url).searchParams.get('ticket') ?? undefined;
    const caller = await callerOf(arrival, 'socket', ticket === undefined ? {} : { ticket });
    if (!caller.ok) return refuse('origin', OriginRefused);
    const { identity, through, request: info } = caller.data;
    // The socket carries everything that is the person's; through a module there are streams of single channels.
    if (through) return refuse('origin', Forbidden);
    if (!identity) return refuse('unauthenticated', Unauthenticated);
    const exceeded = hub.exceeds(identity.userId, info.ip);
    if (exceeded) return refuse(exceeded, TooManyConnections, 5);
    if (hub.upgrade(arrival.server, request, identity, info)) return undefined;
    return new Response('Connect with a WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
  };
  return new Elysia({ name: 'hub' }).get('/ws', ({ request }) => handle(request));
}
