/** Absolute URL of Hearth with its base path and a trailing slash, as the server wrote it into `<base href>`. */
export const baseUrl = new URL('./', document.baseURI).href;

/** The base path with slashes at both ends: `/` or `/hearth/`. */
export const basePath = new URL(baseUrl).pathname;

/** A path inside Hearth as an absolute URL, for links that leave the page (shared links, images). */
export const absoluteUrl = (path: string): string => new URL(path.replace(/^\//, ''), baseUrl).href;

/** The path below the base path, as routes and `navigate` know it: `/people`. The router's location has the whole one. */
export const pathWithin = (pathname: string, base = basePath): string =>
  pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : '/';
