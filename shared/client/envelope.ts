import { BadAnswer, fail, TooLarge } from '../kernel/errors.ts';
import type { HearthError, Result } from '../kernel/result.ts';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value has the face of an error; whatever else it carries stays. */
export const isHearthError = (value: unknown): value is HearthError =>
  isRecord(value) &&
  typeof value.code === 'string' &&
  typeof value.message === 'string' &&
  typeof value.retryable === 'boolean';

/** Parses JSON; undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const seconds = (response: Response): number | undefined => {
  const value = response.headers.get('retry-after');
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
};

function badAnswer(response: Response): Result<never> {
  // A proxy's refusal of the size: sending the same again cannot succeed.
  if (response.status === 413) return fail(TooLarge);
  const retryAfter = seconds(response);
  return fail(BadAnswer, { status: response.status }, retryAfter === undefined ? undefined : { retryAfter });
}

/** The result inside an envelope; anything else did not come from Hearth. */
export function readEnvelope(response: Response, body: unknown): Result<unknown> {
  if (isRecord(body)) {
    if (body.ok === true && response.ok) return { ok: true, data: body.data };
    if (body.ok === false && isHearthError(body.error)) {
      const retryAfter = body.error.retryAfter ?? seconds(response);
      return { ok: false, error: retryAfter === undefined ? body.error : { ...body.error, retryAfter } };
    }
  }
  return badAnswer(response);
}

const fileName = (response: Response): { name?: string } => {
  const disposition = response.headers.get('content-disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="([^"]*)"/i.exec(disposition)?.[1];
  try {
    const name = encoded === undefined ? plain : decodeURIComponent(encoded);
    return name === undefined ? {} : { name };
  } catch {
    return {};
  }
};

/**
 * The result that a response carries: an envelope, or the content of a function that answers with html, a file or
 * bytes. A page counts as ours only when it names a request id: captive portals answer 200 with pages of their own.
 */
export async function readAnswer(response: Response): Promise<Result<unknown>> {
  const type = response.headers.get('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) return readEnvelope(response, parseJson(await response.text()));
  if (!response.ok || type === '') return badAnswer(response);
  if (/^text\/html\b/i.test(type)) {
    if (!response.headers.has('x-request-id')) return badAnswer(response);
    return { ok: true, data: { kind: 'html', body: await response.text() } };
  }
  const body = new Uint8Array(await response.arrayBuffer());
  return { ok: true, data: { kind: 'binary', body, type, ...fileName(response) } };
}
