import { fail, OriginRefused } from '@shared/kernel/errors.ts';
import { type Awaitable, ok, type Result } from '@shared/kernel/result.ts';
import { ModuleDisabled } from '@shared/modules/errors.ts';
import type { Arrival } from '../platform/http/arrival.ts';
import { isOwnOrigin } from '../platform/http/peer.ts';
import type { RequestInfo } from './context.ts';
import type { Authenticator, Identity } from './identity.ts';
import { mediaType } from './read-input.ts';
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

const harmless = (all: Headers): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of all) if (!secret.has(name)) headers[name] = value;
  return headers;
};

/** Of a call over HTTP: few functions look at most of it, which is read when one does. */
class HttpRequestInfo implements RequestInfo {
  readonly requestId: string;
  readonly transport: RequestInfo['transport'];
  readonly #arrival: Arrival;
  #headers: Record<string, string> | undefined;

  constructor(arrival: Arrival, transport: RequestInfo['transport']) {
    this.requestId = arrival.requestId;
    this.transport = arrival.system ? 'control' : transport;
    this.#arrival = arrival;
  }

  get ip(): string {
    return this.#arrival.peer.ip;
  }

  get userAgent(): string {
    return (this.#arrival.request.headers.get('user-agent') ?? '').slice(0, 300);
  }

  get headers(): Record<string, string> {
    return (this.#headers ??= harmless(this.#arrival.request.headers));
  }

  get baseUrl(): string {
    return this.#arrival.peer.baseUrl;
  }

  get local(): boolean {
    return this.#arrival.peer.local;
  }

  toJSON(): RequestInfo {
    const { requestId, ip, userAgent, headers, transport, baseUrl, local } = this;
    return { requestId, ip, userAgent, headers, transport, baseUrl, local };
  }
}

/** What lasts longer than a request keeps nothing of it. */
const describe = (arrival: Arrival, kind: RequestInfo['transport']): RequestInfo => {
  const info = new HttpRequestInfo(arrival, kind);
  return kind === 'http' ? info : info.toJSON();
};

const forms = new Set(['application/x-www-form-urlencoded', 'multipart/form-data']);

/**
 * A form with cookies that does not say which page it comes from: any page can send one without asking first, and a
 * browser that is too old to say so would do it in somebody's name. JSON cannot be sent that way.
 */
const isDoubtful = (request: Request): boolean =>
  !request.headers.has('origin') && !request.headers.has('sec-fetch-site') && forms.has(mediaType(request));

export interface CallerOptions {
  authenticator: Authenticator;
  cookies: CookieNames;
  /** The scopes that an active module was granted; undefined for others. */
  scopesOf: (module: string) => ReadonlySet<string> | undefined;
}

const proven = async (caller: Caller, proof: Promise<Identity | undefined>): Promise<Result<Caller>> => {
  const identity = await proof;
  if (identity) caller.identity = identity;
  return ok(caller);
};

/** Names the module for whose page the app calls. It can only take rights away, so anybody may send it. */
export const THROUGH = 'hearth-module';

/**
 * Finds out who sends a request. Bearer decides over the cookie; a cookie counts only from our own origin, unless the
 * request merely reads (`reads`), which no other page can see the answer of.
 */
export function createCallerOf({ authenticator, cookies, scopesOf }: CallerOptions) {
  return (
    arrival: Arrival,
    transport: RequestInfo['transport'],
    { reads = false, ticket }: { reads?: boolean; ticket?: string } = {},
  ): Awaitable<Result<Caller>> => {
    const { request } = arrival;
    const caller: Caller = { request: describe(arrival, transport), signal: () => request.signal };
    const module = request.headers.get(THROUGH);
    if (module !== null) {
      const scopes = scopesOf(module);
      if (!scopes) return fail(ModuleDisabled);
      caller.through = { module, scopes, acts: false };
    }
    if (arrival.system) {
      caller.system = true;
      return ok(caller);
    }
    const authorization = request.headers.get('authorization');
    const bearer = authorization === null ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (bearer !== undefined) return proven(caller, authenticator.verifyToken(bearer));
    if (ticket !== undefined)
      return proven(caller, authenticator.redeemTicket(ticket, request.headers.get('origin') ?? undefined));
    const sent = request.headers.get('cookie');
    if (transport === 'http' && sent !== null && authorization === null && isDoubtful(request))
      return fail(OriginRefused);
    const jar = sent === null ? undefined : new Bun.CookieMap(sent);
    const token = jar?.get(cookies.token);
    if (!isOwnOrigin(request, arrival.peer)) {
      if (!reads) return fail(OriginRefused);
      if (token) caller.isForeign = true;
      return ok(caller);
    }
    const refreshToken = jar?.get(cookies.refresh);
    if (refreshToken) caller.refreshToken = refreshToken;
    return token ? proven(caller, authenticator.verifyToken(token)) : ok(caller);
  };
}
export type CallerOf = ReturnType<typeof createCallerOf>;
