/** Results that are not JSON. A verb returns `ok(html(…))`; the HTTP mount turns it into the right response. */
export interface HtmlContent {
  kind: 'html';
  body: string;
}

export interface BinaryContent {
  kind: 'binary';
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Media type, for example `image/svg+xml`. */
  type: string;
  /** Given: the browser saves it under this name. */
  name?: string;
}

export interface FileContent {
  kind: 'file';
  /** Absolute path on the server; never part of an answer. */
  path: string;
  type?: string;
  name?: string;
}

export interface RedirectContent {
  kind: 'redirect';
  /** Same-site path, beginning with a single `/`. */
  to: string;
}

export type Content = HtmlContent | BinaryContent | FileContent | RedirectContent;

/** What a contract writes as `output` for each of them. */
export interface ContentOf {
  html: HtmlContent;
  binary: BinaryContent;
  file: FileContent;
  redirect: RedirectContent;
}
export type ContentKind = keyof ContentOf;

export const html = (body: string): HtmlContent => ({ kind: 'html', body });
export const binary = (
  body: BinaryContent['body'],
  type = 'application/octet-stream',
  name?: string,
): BinaryContent => ({ kind: 'binary', body, type, ...(name === undefined ? {} : { name }) });
export const file = (path: string, options: { type?: string; name?: string } = {}): FileContent => ({
  kind: 'file',
  path,
  ...options,
});
export const redirect = (to: string): RedirectContent => ({ kind: 'redirect', to });

/** Whether a redirect stays on this site. Browsers drop control characters from addresses, and take `\\` for `/`. */
export const isSameSite = (to: string): boolean => /^\/(?![/\\])\P{Cc}*$/u.test(to);
