/** Where a value was refused: `path` is dotted (`items.0.name`), `code` is zod's issue code. */
export interface Issue {
  path: string;
  code: string;
  params?: Record<string, unknown>;
}

/** Values a client puts into the translated sentence of an error code. */
export type ErrorParams = Record<string, string | number>;

/** The safe, public face of an error. `message` is English; clients translate by `code`. */
export interface HearthError {
  code: string;
  message: string;
  params?: ErrorParams;
  issues?: Issue[];
  /** Whether the same call may succeed later without being changed. */
  retryable: boolean;
  /** Seconds to wait before the next attempt (HTTP: Retry-After). */
  retryAfter?: number;
}

export interface Ok<T> {
  ok: true;
  data: T;
}

export interface Err {
  ok: false;
  error: HearthError;
}

/** What every verb returns and every client call resolves to. Expected failures are values; bugs throw. */
export type Result<T> = Ok<T> | Err;

/** The result as it travels: with the request id that also stands in the server's log. */
export type Envelope<T> = Result<T> & { requestId: string };

/** A value that may already be here. Storage answers this way so that domain code stays async at its edge. */
export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value: at once where it is here, which costs no promise. For what happens with every message. */
export const onward = <T, U>(value: Awaitable<T>, step: (value: T) => Awaitable<U>): Awaitable<U> =>
  value instanceof Promise ? value.then(step) : step(value);

export function ok(): Ok<Record<string, never>>;
export function ok<T>(data: T): Ok<T>;
export function ok(data: unknown = {}): Ok<unknown> {
  return { ok: true, data };
}
