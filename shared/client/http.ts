import { fail, Malformed } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { withDeadline } from './deadline.ts';
import type { Outcome } from './deadline.ts';
import { readAnswer } from './envelope.ts';
import type { Timers } from './timers.ts';
import type { CallOptions, HearthOptions } from './types.ts';

/** The longest time a call waits for its answer, in milliseconds. */
export const CALL_TIMEOUT = 30_000;

const json = { 'content-type': 'application/json' };

/** Names the module that a request comes through. It only takes rights away. */
export const throughHeader = (through: string | undefined): Record<string, string> =>
  through === undefined ? {} : { 'hearth-module': through };

/** A result with what the transport knew of it. `status` is 0 when there was no answer. */
export interface Answer {
  result: Result<unknown>;
  status: number;
  /** The server's time in milliseconds, at most a second ahead. */
  serverTime?: number;
}

export interface Http {
  /** Calls a function by POST. Never rejects. */
  post(path: string, input: unknown, options?: CallOptions): Promise<Answer>;
  /** Calls a function that reads, by GET. Never rejects. */
  get(path: string): Promise<Answer>;
  /**
   * Opens a response whose body the caller reads until the signal aborts; `ms` bounds the wait for its head. By POST where
   * there is an input.
   */
  open(
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    ms: number,
    input?: unknown,
  ): Promise<Outcome<Response>>;
  /** The Bearer token to send now; undefined where cookies do it. */
  token(): Promise<string | undefined>;
  /** The token that was sent last. */
  lastToken(): string | undefined;
}

export interface HttpDeps {
  baseUrl: string;
  fetch: typeof fetch;
  token: HearthOptions['token'];
  timers: Timers;
  /** Aborts when the client is disposed. */
  disposed: AbortSignal;
}

export function createHttp(deps: HttpDeps): Http {
  let lastToken: string | undefined;

  async function send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    const token = await deps.token?.();
    lastToken = token;
    if (token !== undefined) init.headers.authorization = `Bearer ${token}`;
    return deps.fetch(new URL(path, deps.baseUrl).href, { credentials: 'same-origin', cache: 'no-store', ...init });
  }

  async function request(
    path: string,
    init: RequestInit & { headers: Record<string, string> },
    options: CallOptions = {},
  ): Promise<Answer> {
    const outcome = await withDeadline(
      deps.timers,
      options.timeout ?? CALL_TIMEOUT,
      [options.signal, deps.disposed],
      async (signal): Promise<Answer> => {
        const response = await send(path, { ...init, signal });
        const date = Date.parse(response.headers.get('date') ?? '');
        const answer: Answer = { result: await readAnswer(response), status: response.status };
        return Number.isNaN(date) ? answer : { ...answer, serverTime: date + 1000 };
      },
    );
    return 'value' in outcome ? outcome.value : { result: fail(outcome.failed), status: 0 };
  }

  return {
    async post(path, input, options = {}) {
      let body: string;
      try {
        body = JSON.stringify(input ?? {});
      } catch {
        return { result: fail(Malformed), status: 0 };
      }
      const headers: Record<string, string> = { ...json, ...throughHeader(options.through) };
      if (options.key !== undefined) headers['idempotency-key'] = options.key;
      return request(path, { method: 'POST', headers, body }, options);
    },
    get: (path) => request(path, { headers: {} }),
    open(path, headers, signal, ms, input) {
      const init =
        input === undefined
          ? { headers, signal }
          : { headers: { ...headers, ...json }, signal, method: 'POST', body: JSON.stringify(input) };
      return withDeadline(deps.timers, ms, [signal], () => send(path, init));
    },
    token: async () => deps.token?.(),
    lastToken: () => lastToken,
  };
}
