import { fail, OriginRefused } from '@shared/kernel/errors.ts';
import type { Result } from '@shared/kernel/result.ts';
import { ModuleDisabled } from '@shared/modules/errors.ts';
import type { Arrival, ArrivalOf } from '../platform/http/arrival.ts';
import { isOwnOrigin } from '../platform/http/peer.ts';
import type { RequestInfo } from './context.ts';
import type { Authenticator, Identity } from './identity.ts';
import type { Caller } from './registry.ts';

export interface CookieNames {
  token: string;
  refresh: string;
}

/** Cookies carry the instance's id: two Hearths on one host (cookies ignore ports) keep apart. */
export const cookieNames = (instance: string): CookieNames => ({
  token: `hearth_${instance}`,
  refresh: `hearth_refresh_${instance}`,
});

const secret = new Set(['authorization', 'cookie', 'proxy-authorization', 'sec-websocket-key', 'x-csrf-token']);

const describe = (request: Request, arrival: Arrival, transport: RequestInfo['transport']): RequestInfo => {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (!secret.has(name)) headers[name] = value;
  return {
    requestId: arrival.requestId,
    ip: arrival.peer.ip,
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 300),
    headers,
    transport: arrival.system ? 'control' : transport,
    baseUrl: arrival.peer.baseUrl,
    local: arrival.peer.local,
  };
};

export interface CallerOptions {
  authenticator: Authenticator;
  cookies: CookieNames;
  arrivalOf: ArrivalOf;
  /** The scopes that an active module was granted; undefined for others. */
  scopesOf: (module: string) => ReadonlySet<string> | undefined;
}

/** Names the module for whose page the app calls. It can only take rights away, so anybody may send it. */
export const THROUGH = 'hearth-module';

/**
 * Finds out who sends a request. Bearer decides over the cookie; a cookie counts only from our own origin, unless the
 * request merely reads (`reads`), which no other page can see the answer of.
 */
export function createCallerOf({ authenticator, cookies, arrivalOf, scopesOf }: CallerOptions) {
  return async (
    request: Request,
    transport: RequestInfo['transport'],
    { reads = false, ticket }: { reads?: boolean; ticket?: string } = {},
  ): Promise<Result<Caller>> => {
    const arrival = arrivalOf(request);
    const caller: Caller = { request: describe(request, arrival, transport), signal: () => request.signal };
    const module = request.headers.get(THROUGH);
    if (module !== null) {
      const scopes = scopesOf(module);
      if (!scopes) return fail(ModuleDisabled);
      caller.through = { module, scopes, acts: false };
    }
    if (arrival.system) return { ok: true, data: { ...caller, system: true } };

    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    let identity: Identity | undefined;
    if (bearer !== undefined) identity = await authenticator.verifyToken(bearer);
    else if (ticket !== undefined)
      identity = await authenticator.redeemTicket(ticket, request.headers.get('origin') ?? undefined);
    else {
      const jar = new Bun.CookieMap(request.headers.get('cookie') ?? '');
      const token = jar.get(cookies.token);
      const refreshToken = jar.get(cookies.refresh);
      if (!isOwnOrigin(request, arrival.peer)) {
        if (!reads) return fail(OriginRefused);
        if (token) caller.isForeign = true;
      } else {
        if (token) identity = await authenticator.verifyToken(token);
        if (refreshToken) caller.refreshToken = refreshToken;
      }
    }
    return { ok: true, data: identity ? { ...caller, identity } : caller };
  };
}
export type CallerOf = ReturnType<typeof createCallerOf>;
