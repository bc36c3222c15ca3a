import type { Arrival } from './arrival.ts';

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

const opener = ['cross-origin-opener-policy', 'same-origin'] as const;

/**
 * Browsers heed the opener policy only where nobody in between can change it, and complain on the console elsewhere. The
 * Sec-Fetch headers tell: they come over HTTPS, also through a proxy that we know nothing of, and on the machine itself.
 */
const heedsOpenerPolicy = (request: Request, overHttps: boolean): boolean =>
  overHttps || request.headers.has('sec-fetch-mode');

/**
 * Makes the function that answers with a text, these headers, those of security and the request's id. Headers that a
 * response copies at once cost less than those that are added to it.
 */
export function securedAnswer(own: Readonly<Record<string, string>>) {
  const plain = new Headers([...headers, ...Object.entries(own)].map(([name, value]) => [name, value]));
  const withOpener = new Headers(plain);
  withOpener.set(...opener);
  return (body: string, status: number, arrival: Arrival): Response => {
    const { request, requestId, peer } = arrival;
    const copied = heedsOpenerPolicy(request, peer.secure) ? withOpener : plain;
    copied.set('x-request-id', requestId);
    return (arrival.secured = new Response(body, { status, headers: copied }));
  };
}

/** Adds the security headers that the response does not set itself. */
export function secure(response: Response, request: Request, overHttps: boolean): Response {
  const add = (name: string, value: string): void => {
    if (!response.headers.has(name)) response.headers.set(name, value);
  };
  for (const [name, value] of headers) add(name, value);
  if (heedsOpenerPolicy(request, overHttps)) add(...opener);
  return response;
}
