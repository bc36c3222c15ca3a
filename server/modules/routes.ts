import { Elysia, type AnyElysia } from 'elysia';
import { fail, Internal, NotFound, NotReady } from '@shared/kernel/errors.ts';
import { type Arrival, type ArrivalOf, finished, type Handle } from '../platform/http/arrival.ts';
import type { Assets } from '../platform/http/assets.ts';
import type { Logger } from '../platform/log.ts';
import { createFunctionPaths } from './function-path.ts';
import type { ServeFunction } from './functions.ts';
import { openApi } from './openapi.ts';
import type { Registry } from './registry.ts';
import { envelope } from './respond.ts';

export interface Mounts {
  /** Answers at `/api/<module>/<function>`. */
  readonly functions: ServeFunction;
  readonly routes: readonly AnyElysia[];
}

export interface RoutesOptions {
  registry: Registry;
  basePath: string;
  version: string;
  assets: Assets;
  /** What the modules, the hub and the pages mount. */
  mounts: (arrivalOf: ArrivalOf) => Mounts;
  /** Mounted with their full path, base path included. */
  outside: readonly AnyElysia[];
  /** Whether traffic is taken. */
  ready: () => boolean;
  log: Logger;
}

/** Elysia hands requests through as they are. What is written on one is found at a fraction of what a map costs. */
const ARRIVAL = Symbol('arrival');
type Arrived = Request & { [ARRIVAL]?: Arrival };

/** Every address of the server, in one readable place. */
export function createRoutes({
  registry,
  basePath,
  version,
  assets,
  mounts,
  outside,
  ready,
  log,
}: RoutesOptions): Handle {
  const arrivalOf: ArrivalOf = (request: Arrived) => {
    const arrival = request[ARRIVAL];
    if (!arrival) throw new Error('This request did not come through the server');
    return arrival;
  };
  const notFound = (request: Request): Response =>
    envelope(fail(NotFound), NotFound.status, arrivalOf(request).requestId);

  const inside = new Elysia({ prefix: basePath })
    .get('/up', () => new Response('ok\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } }))
    .get('/readyz', ({ request }) =>
      ready()
        ? envelope({ ok: true, data: { ready: true } }, 200, arrivalOf(request).requestId)
        : envelope(fail(NotReady, undefined, { retryAfter: 2 }), NotReady.status, arrivalOf(request).requestId),
    )
    .get('/api/openapi.json', ({ request }) =>
      Response.json(openApi(registry.modules, version, arrivalOf(request).peer.baseUrl), {
        headers: { 'cache-control': 'no-cache' },
      }),
    );
  const { functions, routes } = mounts(arrivalOf);
  for (const mount of routes) inside.use(mount);

  // Elysia finds the path by assuming a long host name: `http://nas/` would lead nowhere.
  const app = new Elysia({ handler: { standardHostname: false } });
  // Before the routes: those that are added earlier would answer in Elysia's own words.
  app.onError(({ request, error, code }) => {
    if (code === 'NOT_FOUND') return notFound(request);
    log.error('a route failed', { requestId: arrivalOf(request).requestId, error });
    return envelope(fail(Internal), Internal.status, arrivalOf(request).requestId);
  });
  for (const mount of outside) app.use(mount);
  app.use(inside);
  app.all('/*', ({ request }) => {
    const path = new URL(request.url).pathname;
    if (basePath !== '' && (path === '/' || path === basePath))
      return new Response(null, { status: 302, headers: { location: `${basePath}/` } });
    if (!path.startsWith(`${basePath}/`)) return notFound(request);
    return assets.respond(request, path.slice(basePath.length)) ?? notFound(request);
  });
  app.compile();

  const functionAt = createFunctionPaths(`${basePath}/api/`);
  return (arrival) => {
    const { request } = arrival;
    // The registry is the router of functions: modules come and go, and a pattern would only find that it has to ask it.
    const called = functionAt(request.url);
    if (called) return functions(arrival, called.module, called.name);
    (request as Arrived)[ARRIVAL] = arrival;
    return finished(arrival, app.fetch(request));
  };
}
