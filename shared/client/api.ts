import { Unauthenticated } from '../kernel/errors.ts';
import type { Result } from '../kernel/result.ts';
import { byModule } from './by-module.ts';
import type { Http } from './http.ts';
import type { Renewal } from './refresh.ts';
import type { Api, CallOptions } from './types.ts';

/** Calls a function by name; the untyped half of `Api`. Never rejects. */
export type Call = (module: string, fn: string, input?: unknown, options?: CallOptions) => Promise<Result<unknown>>;

export const isUnauthenticated = (result: Result<unknown>): boolean =>
  !result.ok && result.error.code === Unauthenticated.code;

/** Calls over HTTP. An expired access token is renewed once and the call sent again with the same key. */
export function createCall(http: Http, renewal: Renewal): Call {
  return async (module, fn, input, options) => {
    // Not for a module's page: the answer holds a token.
    if (module === 'auth' && fn === 'refresh' && options?.through === undefined) return renewal.renew();
    const path = `api/${module}/${fn}`;
    const before = renewal.count();
    const { result } = await http.post(path, input, options);
    if (!isUnauthenticated(result)) return result;
    const renewed = await renewal.renew(before);
    if (renewed.ok) return (await http.post(path, input, options)).result;
    return renewed.error.retryable ? renewed : result;
  };
}

/** The typed client over `call`. */
export const createApi = (call: Call): Api =>
  byModule<Api>((module, fn) => (input?: unknown, options?: CallOptions) => call(module, fn, input, options));
