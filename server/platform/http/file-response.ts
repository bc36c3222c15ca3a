import { stat } from 'node:fs/promises';
import { fileTag, matchesEntityTag } from './etag.ts';

/** Dates in headers have whole seconds. */
const isUnchanged = ({ headers }: Request, etag: string, mtimeMs: number): boolean => {
  const known = headers.get('if-none-match');
  if (known !== null) return matchesEntityTag(known, etag);
  const since = Date.parse(headers.get('if-modified-since') ?? '');
  return Math.trunc(mtimeMs / 1000) * 1000 <= since;
};

/**
 * A file of this machine as the answer to a request: 304 where the client has it already, else the file or the range of
 * it that was asked for. Undefined where there is no regular file at this path.
 */
export async function fileResponse(request: Request, path: string, headers: Headers): Promise<Response | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const etag = fileTag(found);
  headers.set('etag', etag);
  headers.set('last-modified', found.mtime.toUTCString());
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && isUnchanged(request, etag, found.mtimeMs)) return new Response(null, { status: 304, headers });
  // Ranges are Bun's: it answers with 206 or 416, heeds If-Range, and says by itself then that it takes them.
  if (isRead && !request.headers.has('range')) headers.set('accept-ranges', 'bytes');
  return new Response(Bun.file(path), { headers });
}
