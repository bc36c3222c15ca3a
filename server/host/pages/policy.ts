/**
 * The policy of a module's page. `own` is the absolute address of its bundle, ending in a slash: scripts, styles and
 * pictures come from there, and nothing else is asked for anything. It runs in an origin of its own without cookies and
 * storage, in a frame and in a tab alike.
 */
export const pagePolicy = (own: string): string =>
  [
    'sandbox allow-scripts allow-forms',
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own} 'unsafe-inline'`,
    `img-src ${own} data: blob:`,
    `media-src ${own} data: blob:`,
    `font-src ${own} data:`,
    'worker-src blob:',
    "connect-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');

/**
 * The page's origin is nobody's, so to a browser even its own files come from elsewhere: they are open to anybody who
 * knows their address, which is the capability.
 */
export const pageHeaders = (own: string): Headers =>
  new Headers({
    'content-security-policy': pagePolicy(own),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
  });
