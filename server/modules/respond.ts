import { basename } from 'node:path';
import { type Content, isSameSite } from '@shared/kernel/content.ts';
import type { Definition } from '@shared/kernel/contract.ts';
import { fail, NotFound } from '@shared/kernel/errors.ts';
import type { Awaitable, Err, Result } from '@shared/kernel/result.ts';
import type { Arrival } from '../platform/http/arrival.ts';
import { fileResponse } from '../platform/http/file-response.ts';
import { securedAnswer } from '../platform/http/security-headers.ts';
import type { CookieNames } from './caller.ts';
import type { SessionChange } from './identity.ts';
import type { Registry } from './registry.ts';

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
const answerJson = securedAnswer(jsonHeaders);

const bodyOf = (result: Result<unknown>, requestId: string): string =>
  JSON.stringify(
    result.ok ? { ok: true, data: result.data, requestId } : { ok: false, error: result.error, requestId },
  );

/** The envelope of a Result as an HTTP response. */
export function envelope(
  result: Result<unknown>,
  status: number,
  requestId: string,
  headers = new Headers(),
): Response {
  for (const [name, value] of Object.entries(jsonHeaders)) headers.set(name, value);
  if (!result.ok && result.error.retryAfter !== undefined)
    headers.set('retry-after', String(Math.max(1, Math.ceil(result.error.retryAfter))));
  return new Response(bodyOf(result, requestId), { status, headers });
}

/** `attachment; filename*=…`: a hostile name stays a name. */
const attachment = (name: string): string =>
  `attachment; filename="download"; filename*=UTF-8''${encodeURIComponent(basename(name).toWellFormed())}`;

/**
 * HTML of a module is not ours: it runs without our origin's rights, in a frame and in a tab of its own. Scripts within it
 * may run, because nothing of ours is in their reach; no request of theirs leaves it.
 */
const sandbox = [
  'sandbox allow-scripts allow-forms',
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'none'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Media types that a browser only shows; everything else is saved as a file. */
const safeTypes = /^(?:image\/(?:png|jpeg|gif|webp|avif)|audio\/|video\/|text\/plain|application\/json)/;

/** How bytes of a module are shown: as an attachment unless of a safe type, and never with our origin's rights. */
const showBytes = ({ name, type }: { name?: string; type: string }, fallback: string, headers: Headers): void => {
  headers.set('content-type', type);
  headers.set('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'");
  headers.set('cache-control', 'private, no-cache');
  if (name !== undefined) headers.set('content-disposition', attachment(name));
  else if (!safeTypes.test(type) && type !== 'image/svg+xml') headers.set('content-disposition', attachment(fallback));
};

/** Content as a response; undefined where its file is not there. Redirects leave the site never. */
export function contentResponse(
  content: Content,
  request: Request,
  basePath: string,
  headers = new Headers(),
): Awaitable<Response | undefined> {
  switch (content.kind) {
    case 'html':
      headers.set('content-type', 'text/html; charset=utf-8');
      headers.set('content-security-policy', sandbox);
      headers.set('cache-control', 'no-store');
      headers.set('referrer-policy', 'no-referrer');
      return new Response(content.body, { headers });
    case 'binary':
      showBytes(content, 'download', headers);
      // Nobody will read it: whoever makes it is told, as when a client goes away.
      if (request.method !== 'HEAD' || content.body instanceof Uint8Array)
        return new Response(content.body, { headers });
      content.body.cancel().catch(() => {});
      return new Response(null, { headers });
    case 'file':
      showBytes({ ...content, type: content.type ?? Bun.file(content.path).type }, content.path, headers);
      return fileResponse(request, content.path, headers);
    case 'redirect':
      if (!isSameSite(content.to)) throw new Error('A redirect must stay on this site: begin it with a single /');
      headers.set('location', `${basePath}${content.to}`);
      return new Response(null, { status: 302, headers });
  }
}

export interface RespondOptions {
  registry: Registry;
  cookies: CookieNames;
  basePath: string;
}

/** Turns a function's outcome into its HTTP response, cookies included. */
export function createRespond({ registry, cookies, basePath }: RespondOptions) {
  const cookiePath = basePath === '' ? '/' : basePath;

  const setCookies = (headers: Headers, change: SessionChange, arrival: Arrival): void => {
    const put = (name: string, value: string, path: string, sameSite: 'lax' | 'strict', expires: Date): void =>
      headers.append(
        'set-cookie',
        new Bun.Cookie({
          name,
          value,
          path,
          sameSite,
          expires,
          httpOnly: true,
          secure: arrival.peer.secure,
        }).serialize(),
      );
    const gone = new Date(0);
    const issued = change.kind === 'issue';
    // The access token's cookie outlives the token, so that an expired one is told from a missing one.
    put(
      cookies.token,
      issued ? change.token : '',
      cookiePath,
      'lax',
      issued ? new Date(change.refreshExpiresAt) : gone,
    );
    put(
      cookies.refresh,
      issued ? change.refreshToken : '',
      `${basePath}/api/auth`,
      'strict',
      issued ? new Date(change.refreshExpiresAt) : gone,
    );
  };

  return (
    outcome: Result<unknown> & { session?: SessionChange },
    definition: Definition | undefined,
    arrival: Arrival,
  ): Awaitable<Response> => {
    const headers = outcome.session && new Headers();
    if (headers && outcome.session) setCookies(headers, outcome.session, arrival);
    const refuse = (refusal: Err): Response =>
      envelope(refusal, registry.status(definition, refusal.error.code), arrival.requestId, headers);
    if (!outcome.ok) return refuse(outcome);
    if (definition?.kind !== 'fn' || typeof definition.output !== 'string')
      return headers
        ? envelope(outcome, 200, arrival.requestId, headers)
        : answerJson(bodyOf(outcome, arrival.requestId), 200, arrival);
    const content = contentResponse(outcome.data as Content, arrival.request, basePath, new Headers(headers));
    return content instanceof Promise
      ? content.then((found) => found ?? refuse(fail(NotFound)))
      : (content ?? refuse(fail(NotFound)));
  };
}
export type Respond = ReturnType<typeof createRespond>;
