import { Elysia } from 'elysia';
import { fail, Invalid, Malformed, MethodNotAllowed, TooLarge, UnsupportedType } from '@shared/kernel/errors.ts';
import { IdempotencyKey } from '@shared/hub/frames.ts';
import type { InputSchema } from '@shared/kernel/contract.ts';
import type { Result } from '@shared/kernel/result.ts';
import type { ArrivalOf } from '../platform/http/arrival.ts';
import type { CallerOf } from './caller.ts';
import { inputOfQuery } from './query-input.ts';
import type { Outcome, Registry } from './registry.ts';
import type { Respond } from './respond.ts';

/** Bytes of a JSON body. Larger things are uploads, which have a way of their own. */
const BODY_LIMIT = 1024 * 1024;

/** Reads a JSON object, counting bytes as they come. An empty body stands for an empty input. */
export async function readInput(request: Request): Promise<Result<unknown>> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) return fail(TooLarge);
  if (!request.body) return { ok: true, data: {} };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > BODY_LIMIT) return fail(TooLarge);
      chunks.push(chunk);
    }
  } catch {
    // Broken off, or not in the form that its headers say: whoever sent it may still be there to hear it.
    return fail(Malformed);
  }
  if (size === 0) return { ok: true, data: {} };
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) return fail(UnsupportedType);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return { ok: true, data: JSON.parse(text) };
  } catch {
    return fail(Malformed);
  }
}

export interface MountApiOptions {
  registry: Registry;
  callerOf: CallerOf;
  arrivalOf: ArrivalOf;
  respond: Respond;
}

/** Mounts each function at `POST /api/<module>/<function>`, reads at GET too. */
export function mountApi({ registry, callerOf, arrivalOf, respond }: MountApiOptions) {
  const handle = async (request: Request, module: string, name: string): Promise<Response> => {
    const definition = registry.find(module, name);
    const arrival = arrivalOf(request);
    const answer = (outcome: Outcome): Response => respond(outcome, definition, arrival);
    if (definition?.kind !== 'fn') return answer(registry.missing(module));
    const isGet = request.method === 'GET' || request.method === 'HEAD';
    if (request.method !== 'POST' && !(isGet && definition.effect === 'read')) {
      const response = answer(fail(MethodNotAllowed));
      response.headers.set('allow', definition.effect === 'read' ? 'GET, HEAD, POST' : 'POST');
      return response;
    }
    const caller = await callerOf(request, 'http', { reads: isGet });
    if (!caller.ok) return answer(caller);
    const input: Result<unknown> = isGet
      ? { ok: true, data: inputOfQuery(definition.input as InputSchema, new URL(request.url).searchParams) }
      : await readInput(request);
    if (!input.ok) return answer(input);
    const key = request.headers.get('idempotency-key');
    if (key !== null && !IdempotencyKey.safeParse(key).success)
      return answer(fail(Invalid, undefined, { issues: [{ path: 'Idempotency-Key', code: 'invalid_format' }] }));
    return answer(await registry.call(caller.data, module, name, input.data, key === null ? {} : { key }));
  };

  return new Elysia({ name: 'api' }).all(
    '/api/:module/:function',
    ({ request, params }) => handle(request, params.module, params.function),
    { parse: 'none' },
  );
}
