import { createHash, timingSafeEqual } from 'node:crypto';
import { Elysia } from 'elysia';
import { fail, Unauthenticated } from '@shared/kernel/errors.ts';
import { envelope } from '../modules/respond.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import { Exposition } from './exposition.ts';

export interface MountMetricsOptions {
  arrivalOf: ArrivalOf;
  /** What a scraper has to show as Bearer. */
  token: string;
  read: () => string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `GET /metrics` for Prometheus. The control socket needs no token: its callers can read the file that holds it. */
export function mountMetrics({ arrivalOf, token, read }: MountMetricsOptions) {
  const expected = digest(token);
  const isAllowed = (request: Request): boolean => {
    const given = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    // Of equal length whatever was given, so that comparing takes equally long.
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
  const handle = (request: Request): Response => {
    const { system, requestId } = arrivalOf(request);
    if (!system && !isAllowed(request)) {
      const challenge = new Headers({ 'www-authenticate': 'Bearer realm="metrics"' });
      return envelope(fail(Unauthenticated), Unauthenticated.status, requestId, challenge);
    }
    return new Response(read(), { headers: { 'content-type': Exposition.contentType, 'cache-control': 'no-store' } });
  };
  return new Elysia({ name: 'metrics-page' }).get('/metrics', ({ request }) => handle(request));
}
