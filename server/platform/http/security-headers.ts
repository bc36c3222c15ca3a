/** The policy of every answer that does not state a stricter one. Nothing is loaded from another origin. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "base-uri 'self'",
].join('; ');

const headers: readonly [string, string][] = [
  ['content-security-policy', policy],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
];

/** Headers that begin with those of security: copied by an answer at once, which costs less than adding them to it. */
export const securedHeaders = (own: Readonly<Record<string, string>>): Headers =>
  new Headers([...headers, ...Object.entries(own)].map(([name, value]) => [name, value]));

/**
 * Browsers heed the opener policy only where nobody in between can change it, and complain on the console elsewhere. The
 * Sec-Fetch headers tell: they come over HTTPS, also through a proxy that we know nothing of, and on the machine itself.
 */
const heedsOpenerPolicy = (request: Request, overHttps: boolean): boolean =>
  overHttps || request.headers.has('sec-fetch-mode');

/** Adds the security headers that the response does not set itself. */
export function secure(response: Response, request: Request, overHttps: boolean): Response {
  const add = (name: string, value: string): void => {
    if (!response.headers.has(name)) response.headers.set(name, value);
  };
  for (const [name, value] of headers) add(name, value);
  if (heedsOpenerPolicy(request, overHttps)) add('cross-origin-opener-policy', 'same-origin');
  return response;
}
