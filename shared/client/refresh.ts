import { fail, Unauthenticated } from '../kernel/errors.ts';
import type { HearthError, Result } from '../kernel/result.ts';
import { backoff } from './backoff.ts';
import { isRecord } from './envelope.ts';
import type { Http } from './http.ts';
import type { Timers } from './timers.ts';

/** Renews the access token: by the refresh cookie, or by asking for the Bearer token again. One at a time. */
export interface Renewal {
  /** How often it succeeded. */
  count(): number;
  /**
   * Renews, or joins the renewal under way. `since`: the count when the caller's token was used; a renewal that
   * succeeded after that is enough.
   */
  renew(since?: number): Promise<Result<unknown>>;
  /** The current token is good until `expiresAt` of a server whose clock shows `serverTime`: renew a bit before. */
  expires(expiresAt: number, serverTime: number): void;
  /** Renews no longer by itself. */
  stop(): void;
}

export interface RenewalDeps {
  http: Http;
  timers: Timers;
  random: () => number;
  /** Whether the client sends Bearer tokens instead of cookies. */
  bearer: boolean;
  /** A new Bearer token: live connections have to learn it. */
  onToken(token: string): void;
  /** The session is over: only signing in helps. */
  onEnded(error: HearthError): void;
}

/** The shortest wait before a renewal by itself: bounds the damage of a token that expires at once. */
const SHORTEST = 1000;

export function createRenewal(deps: RenewalDeps): Renewal {
  const { http, timers, random } = deps;
  let flight: Promise<Result<unknown>> | undefined;
  let count = 0;
  let failures = 0;
  /** When the token expires by our own clock. */
  let expiry = Number.POSITIVE_INFINITY;
  let cancel = () => {};

  const stop = () => {
    cancel();
    expiry = Number.POSITIVE_INFINITY;
  };

  const schedule = (ms: number) => {
    cancel();
    cancel = timers.after(Math.max(SHORTEST, ms), () => void renew());
  };

  function expires(expiresAt: number, serverTime: number) {
    const left = expiresAt - serverTime;
    if (timers.now() + left >= expiry) return;
    expiry = timers.now() + left;
    // Between 70 and 90 % of what is left, so that the tabs of one browser spread.
    schedule(left * (0.7 + 0.2 * random()));
  }

  async function byCookie(): Promise<Result<unknown>> {
    const { result, status, serverTime } = await http.post('api/auth/refresh', {});
    if (result.ok) {
      stop();
      const expiresAt = isRecord(result.data) ? result.data.expiresAt : undefined;
      if (typeof expiresAt === 'number') expires(expiresAt, serverTime ?? timers.now());
    } else if (status === 401) {
      stop();
      deps.onEnded(result.error);
    }
    return result;
  }

  async function byAsking(): Promise<Result<unknown>> {
    const before = http.lastToken();
    const token = await http.token().catch(() => undefined);
    if (token === undefined || token === before) return fail(Unauthenticated);
    stop();
    deps.onToken(token);
    return { ok: true, data: {} };
  }

  async function run(): Promise<Result<unknown>> {
    const result = await (deps.bearer ? byAsking() : byCookie());
    flight = undefined;
    if (result.ok) {
      count++;
      failures = 0;
    } else if (result.error.retryable && expiry !== Number.POSITIVE_INFINITY) {
      schedule(backoff(failures++, random, result.error.retryAfter));
    }
    return result;
  }

  function renew(since = count): Promise<Result<unknown>> {
    if (!flight && count > since) return Promise.resolve({ ok: true, data: {} });
    flight ??= run();
    return flight;
  }

  return { count: () => count, renew, expires, stop };
}
