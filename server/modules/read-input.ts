import { Malformed, fail, TooLarge, UnsupportedType } from '@shared/kernel/errors.ts';
import type { InputSchema } from '@shared/kernel/contract.ts';
import { type Awaitable, ok, type Result } from '@shared/kernel/result.ts';
import { parseJson } from '../platform/json.ts';
import { inputOfQuery } from './query-input.ts';

/** Bytes of a body that is held in memory. Larger things are files of a form, which have a way of their own. */
export const BODY_LIMIT = 1024 * 1024;

/** Refuses what is no text. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a body whose length nobody has said, counted as they come. */
async function countedBody(request: Request): Promise<Result<Uint8Array>> {
  if (!request.body) return ok(new Uint8Array());
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
  return ok(Buffer.concat(chunks));
}

/** The media type of a request's body in lower case, without parameters. */
export const mediaType = (request: Request): string => {
  const type = request.headers.get('content-type') ?? '';
  // What nearly all say needs no parsing.
  return type === 'application/json' ? type : (type.split(';', 1)[0]?.trim().toLowerCase() ?? '');
};

/** The input that a body of this media type holds. */
function inputIn(bytes: Uint8Array, type: string, schema: InputSchema): Result<unknown> {
  if (bytes.byteLength === 0) return ok({});
  const isForm = type === 'application/x-www-form-urlencoded';
  if (!isForm && type !== 'application/json') return fail(UnsupportedType);
  try {
    const text = decoder.decode(bytes);
    return ok(isForm ? inputOfQuery(schema, new URLSearchParams(text)) : parseJson(text));
  } catch {
    return fail(Malformed);
  }
}

/**
 * Reads an input: a JSON object, or the fields of a form, which are read as those of a query are. An empty body stands for
 * an empty input.
 */
export function readInput(request: Request, schema: InputSchema): Awaitable<Result<unknown>> {
  const length = request.headers.get('content-length');
  if (Number(length ?? 0) > BODY_LIMIT) return fail(TooLarge);
  const inputOf = (bytes: Uint8Array): Result<unknown> => inputIn(bytes, mediaType(request), schema);
  // Never both: Bun refuses a request that states a length and comes in chunks as well.
  if (length === null) return countedBody(request).then((body) => (body.ok ? inputOf(body.data) : body));
  // There is no more than was said. In one piece it costs a fifth.
  return request.bytes().then(inputOf, () => fail(Malformed));
}
