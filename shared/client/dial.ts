import { BadAnswer, fail } from '../kernel/errors.ts';
import { ok } from '../kernel/result.ts';
import type { Result } from '../kernel/result.ts';
import type { Call } from './api.ts';
import { isRecord } from './envelope.ts';
import type { Http } from './http.ts';
import type { Dial } from './socket.ts';

/** Bun and Node send headers with a WebSocket's request; browsers do not. */
const sendsHeaders = (): boolean =>
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/** The page's origin, which a ticket is bound to; pages without one (`null`) name none. */
const pageOrigin = (): { origin?: string } => {
  const origin = globalThis.location?.origin;
  return origin?.startsWith('http') ? { origin } : {};
};

/** How to reach the socket: by cookie, by a Bearer header, or by a ticket where headers cannot be sent. */
export const dialler = (http: Http, call: Call, baseUrl: string) => async (): Promise<Result<Dial>> => {
  const url = new URL('ws', baseUrl);
  url.protocol = url.protocol.replace('http', 'ws');
  const token = await http.token().catch(() => undefined);
  if (token === undefined) return ok({ url: url.href });
  if (sendsHeaders()) return ok({ url: url.href, headers: { authorization: `Bearer ${token}` } });
  const result = await call('auth', 'ticket', pageOrigin());
  if (!result.ok) return result;
  if (!isRecord(result.data) || typeof result.data.ticket !== 'string') return fail(BadAnswer);
  url.searchParams.set('ticket', result.data.ticket);
  return ok({ url: url.href });
};
