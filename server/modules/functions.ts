import { fail, Invalid, MethodNotAllowed } from '@shared/kernel/errors.ts';
import { IdempotencyKey } from '@shared/hub/frames.ts';
import type { FilesSpec, FnDef, InputSchema } from '@shared/kernel/contract.ts';
import { type Awaitable, ok } from '@shared/kernel/result.ts';
import { type Arrival, finished } from '../platform/http/arrival.ts';
import { IDLE_TIMEOUT } from '../platform/http/server.ts';
import type { CallerOf } from './caller.ts';
import { inputOfQuery } from './query-input.ts';
import { mediaType, readInput } from './read-input.ts';
import type { Outcome, Registry } from './registry.ts';
import type { Respond } from './respond.ts';
import type { Uploads } from './uploads.ts';

export interface FunctionsOptions {
  registry: Registry;
  callerOf: CallerOf;
  respond: Respond;
  uploads: Uploads;
}

/** Answers a request for the function of a module. */
export type ServeFunction = (arrival: Arrival, module: string, name: string) => Promise<Response>;

/** Makes what answers `POST /api/<module>/<function>`, and GET of those that read. */
export function createFunctions(options: FunctionsOptions): ServeFunction {
  const { registry, callerOf, respond, uploads } = options;
  const receive = async (request: Request, definition: FnDef, files: FilesSpec, arrival: Arrival) => {
    // An upload that waits for the disk is not idle; whether bytes come is watched where they are read.
    arrival.server.timeout(request, 0);
    try {
      return await uploads.receive(request, definition.input as InputSchema, files);
    } finally {
      arrival.server.timeout(request, IDLE_TIMEOUT);
    }
  };

  return async (arrival, module, name) => {
    const { request } = arrival;
    const definition = registry.find(module, name);
    const answer = (outcome: Outcome): Awaitable<Response> => finished(arrival, respond(outcome, definition, arrival));
    try {
      if (definition?.kind !== 'fn') return answer(registry.missing(module));
      const { method } = request;
      const isGet = method === 'GET' || method === 'HEAD';
      if (method !== 'POST' && !(isGet && definition.effect === 'read')) {
        const response = await answer(fail(MethodNotAllowed));
        response.headers.set('allow', definition.effect === 'read' ? 'GET, HEAD, POST' : 'POST');
        return response;
      }
      const found = callerOf(arrival, 'http', { reads: isGet });
      const caller = found instanceof Promise ? await found : found;
      if (!caller.ok) return answer(caller);
      // Before the body is read: nobody needs to send one in vain, or fills the disk without being allowed to.
      const refusal = registry.refusal(caller.data, module, definition);
      if (refusal) return answer(refusal);
      const key = request.headers.get('idempotency-key');
      if (key !== null && !IdempotencyKey.safeParse(key).success)
        return answer(fail(Invalid, undefined, { issues: [{ path: 'Idempotency-Key', code: 'invalid_format' }] }));
      const keyed = key === null ? undefined : { key };
      if (definition.files && !isGet && mediaType(request) === 'multipart/form-data') {
        const given = await receive(request, definition, definition.files, arrival);
        if (!given.ok) return answer(given);
        const { input, files, discard } = given.data;
        try {
          return await answer(await registry.call(caller.data, module, name, input, { files, ...keyed }));
        } finally {
          await discard?.();
        }
      }
      const schema = definition.input as InputSchema;
      const given = isGet
        ? ok(inputOfQuery(schema, new URL(request.url).searchParams))
        : await readInput(request, schema);
      if (!given.ok) return answer(given);
      const outcome = registry.call(caller.data, module, name, given.data, keyed);
      // Most reads answer at once, and waiting for what is there costs as well.
      return answer(outcome instanceof Promise ? await outcome : outcome);
    } catch (error) {
      return arrival.fail(error);
    }
  };
}
