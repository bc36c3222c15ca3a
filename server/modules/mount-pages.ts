import { Elysia } from 'elysia';
import { fail, NotFound } from '@shared/kernel/errors.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import type { PeerInfo } from '../platform/http/peer.ts';
import { envelope } from './respond.ts';

export interface MountPagesOptions {
  arrivalOf: ArrivalOf;
  respond: (request: Request, peer: PeerInfo) => Promise<Response | undefined>;
}

/** Mounts the pages of modules at `/pages/<module>/<capability>/…`. */
export const mountPages = ({ arrivalOf, respond }: MountPagesOptions) =>
  new Elysia({ name: 'pages' }).get('/pages/*', async ({ request }) => {
    const { peer, requestId } = arrivalOf(request);
    return (await respond(request, peer)) ?? envelope(fail(NotFound), NotFound.status, requestId);
  });
