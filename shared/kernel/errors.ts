import type { Err, ErrorParams, HearthError } from './result.ts';

/** An error that a contract declares: its code (`domain.reason`), HTTP status and English sentence. */
export interface ErrorDef {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly retryable: boolean;
}

/** Declares an error. The code is public and never changes its meaning; German and English texts stand in `web/i18n`. */
export function defineError(code: string, status: number, message: string, retryable = false): ErrorDef {
  return { code, status, message, retryable };
}

const told = (message: string, params: ErrorParams): string =>
  message.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );

/** Makes the failed result of a declared error. `{name}` in its sentence stands for the parameter of that name. */
export function fail(def: ErrorDef, params?: ErrorParams, more?: Pick<HearthError, 'issues' | 'retryAfter'>): Err {
  const message = params ? told(def.message, params) : def.message;
  const error: HearthError = { code: def.code, message, retryable: def.retryable };
  if (params) error.params = params;
  return { ok: false, error: more ? { ...error, ...more } : error };
}

export const Malformed = defineError('request.malformed', 400, 'The request is not valid JSON');
export const BadForm = defineError('request.bad_form', 400, 'The form is incomplete or not well formed');
export const BadHost = defineError('request.bad_host', 400, 'The request does not say which host it is for');
export const Invalid = defineError('request.invalid', 422, 'Some values of the request are not valid');
export const NotFound = defineError('request.not_found', 404, 'There is nothing at this address');
export const MethodNotAllowed = defineError('request.method_not_allowed', 405, 'This function changes data: use POST');
export const Conflict = defineError('request.conflict', 409, 'Somebody else changed this first');
export const TooLarge = defineError('request.too_large', 413, 'The request is too large');
export const UnsupportedType = defineError('request.unsupported_type', 415, 'Send the request as application/json');
export const Stalled = defineError('request.stalled', 408, 'Nothing more came, so the upload was given up', true);
export const RateLimited = defineError('request.rate_limited', 429, 'Too many requests: wait a moment', true);
export const OriginRefused = defineError('request.origin_refused', 403, 'Requests from this origin are refused');
export const KeyReused = defineError(
  'request.idempotency_conflict',
  409,
  'This idempotency key was used with another input',
);
export const HttpOnly = defineError('request.http_only', 422, 'This function answers over HTTP only');
export const Unauthenticated = defineError('auth.unauthenticated', 401, 'Sign in first');
export const Forbidden = defineError('auth.forbidden', 403, 'You may not do this');
export const Internal = defineError('server.internal', 500, 'Something went wrong on the server', true);
export const NotReady = defineError('server.not_ready', 503, 'The server takes no requests right now', true);
export const StorageFailed = defineError(
  'server.storage_failed',
  503,
  'The server could not store this: its disk is full or not writable',
  true,
);

/** Errors that any function may answer with, whatever its contract declares. */
export const commonErrors: readonly ErrorDef[] = [
  Malformed,
  BadForm,
  BadHost,
  Invalid,
  NotFound,
  MethodNotAllowed,
  Conflict,
  TooLarge,
  UnsupportedType,
  Stalled,
  RateLimited,
  OriginRefused,
  KeyReused,
  HttpOnly,
  Unauthenticated,
  Forbidden,
  Internal,
  NotReady,
  StorageFailed,
];

/** Errors that only a client can know: the request got no usable answer. */
export const Unreachable = defineError('network.unreachable', 0, 'The server cannot be reached', true);
export const TimedOut = defineError('network.timeout', 0, 'The server took too long to answer', true);
export const Aborted = defineError('network.aborted', 0, 'The request was cancelled');
export const BadAnswer = defineError('network.bad_answer', 0, 'The answer did not come from Hearth', true);
export const TooOld = defineError('outbox.too_old', 0, 'This is older than two weeks');

export const clientErrors: readonly ErrorDef[] = [Unreachable, TimedOut, Aborted, BadAnswer, TooOld];
