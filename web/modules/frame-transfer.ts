import { readEnvelope } from '@shared/client/envelope.ts';
import type { PagePart } from '@shared/client/frame-messages.ts';
import { throughHeader } from '@shared/client/http.ts';
import { queryOf } from '@shared/client/query.ts';
import type { Hearth } from '@shared/client/types.ts';
import { Aborted, fail, Unauthenticated, Unreachable } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { absoluteUrl } from '../platform/base.ts';

/** A function of the module itself. */
export interface Target {
  module: string;
  name: string;
  signal: AbortSignal;
}

const addressOf = ({ module, name }: Target): string => absoluteUrl(`api/${module}/${name}`);

/** Sends again once the session is renewed, where it had run out. */
async function renewed<T>(hearth: Hearth, send: () => Promise<Result<T>>): Promise<Result<T>> {
  const result = await send();
  if (result.ok || result.error.code !== Unauthenticated.code) return result;
  return (await hearth.api.auth.refresh()).ok ? send() : result;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Posts a form with files. By XMLHttpRequest, because `fetch` does not tell how far it is. */
export const upload = (
  hearth: Hearth,
  target: Target,
  parts: readonly PagePart[],
  onProgress: (sent: number, total: number) => void,
): Promise<Result<unknown>> => {
  const send = (): Promise<Result<unknown>> =>
    new Promise((resolve) => {
      const { signal } = target;
      if (signal.aborted) return resolve(fail(Aborted));
      const form = new FormData();
      for (const { field, value } of parts) form.append(field, value);
      const request = new XMLHttpRequest();
      const onAbort = () => request.abort();
      request.open('POST', addressOf(target));
      for (const [name, value] of Object.entries(throughHeader(target.module))) request.setRequestHeader(name, value);
      request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded, total));
      request.addEventListener('load', () => {
        const headers = new Headers();
        const retryAfter = request.getResponseHeader('retry-after');
        if (retryAfter !== null) headers.set('retry-after', retryAfter);
        resolve(readEnvelope(new Response(null, { status: request.status, headers }), parsed(request.responseText)));
      });
      request.addEventListener('error', () => resolve(fail(Unreachable)));
      request.addEventListener('abort', () => resolve(fail(Aborted)));
      request.addEventListener('loadend', () => signal.removeEventListener('abort', onAbort));
      signal.addEventListener('abort', onAbort);
      request.send(form);
    });
  return renewed(hearth, send);
};

/**
 * Lets the browser save what a function answers, however large it is. Asked by HEAD first, so that a refusal is an answer
 * to the page and not a file.
 */
export async function download(
  hearth: Hearth,
  target: Target,
  input: Record<string, unknown>,
): Promise<Result<Record<string, never>>> {
  const url = `${addressOf(target)}${queryOf(input)}`;
  const ask = async (method: 'HEAD' | 'GET'): Promise<Response> =>
    fetch(url, { method, headers: throughHeader(target.module), signal: target.signal, cache: 'no-store' });
  try {
    const found = await renewed(hearth, async () => {
      if ((await ask('HEAD')).ok) return ok();
      // Only a refusal has a body that says why.
      const refusal = await ask('GET');
      return refusal.ok ? ok() : (readEnvelope(refusal, parsed(await refusal.text())) as Result<never>);
    });
    if (!found.ok) return found;
  } catch {
    return fail(target.signal.aborted ? Aborted : Unreachable);
  }
  const link = document.createElement('a');
  link.href = url;
  // Saved, whatever its type: nothing of a module opens in our own window.
  link.download = '';
  link.click();
  return ok();
}
