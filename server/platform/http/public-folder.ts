import type { Stats } from 'node:fs';
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { staticPlugin } from '@elysiajs/static';
import { Elysia, NotFoundError } from 'elysia';
import { fileTag, matchesEntityTag } from './etag.ts';

export interface PublicFolderOptions {
  /** The folder whose files are public, usually `<data>/public`. Made if it is missing. */
  folder: string;
  /** Where they appear, base path included and without a slash at the end: `/public`. */
  prefix: string;
}

/** Documents that could run script with our origin: they are shown, but sandboxed. */
const active = /\.(html?|xhtml|xht|svgz?|xml|xsl)$/i;
const sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'";

/**
 * Files that the owner of the server puts into a folder, readable by whoever can reach the server: logos, downloads, a
 * status page. New and changed files show without a restart. Dot files, listings, and what a link leads to outside of the
 * folder are not shown.
 */
export async function publicFolder({ folder, prefix }: PublicFolderOptions) {
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  const files = await staticPlugin({
    assets: root,
    prefix,
    decodeURI: true,
    // By default the files are listed once, at the start, where NODE_ENV is production.
    alwaysStatic: false,
    // Its own tags stay those of the file as it was first seen.
    etag: false,
    indexHTML: false,
    silent: true,
  });
  // Beside this route it makes one for each HTML file there is at the start, which answers with 206 and stays behind.
  const route = files.routes.find(({ path }) => path === `${prefix}/*`);
  if (!route) throw new Error('@elysiajs/static offers no route for the public folder');
  return new Elysia({ name: 'public-folder', seed: prefix })
    .onBeforeHandle(async ({ request, path, set }) => {
      const name = fileName(path.slice(prefix.length));
      const file = name === undefined ? undefined : await regularFile(root, name);
      if (!file || name === undefined) throw new NotFoundError();
      const etag = fileTag(file);
      set.headers['cache-control'] = 'no-cache';
      set.headers['x-content-type-options'] = 'nosniff';
      set.headers.etag = etag;
      if (active.test(name)) set.headers['content-security-policy'] = sandbox;
      const isKnown = matchesEntityTag(request.headers.get('if-none-match'), etag);
      return isKnown ? new Response(null, { status: 304 }) : undefined;
    })
    .get(route.path, route.handler);
}

/** The name of a file inside the folder, or undefined for a path that no honest link has. */
function fileName(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const segments = decoded.split('/').slice(1);
  const isPlain = (segment: string) => segment !== '' && !segment.startsWith('.') && !/[\\\0]/.test(segment);
  return segments.length > 0 && segments.every(isPlain) ? segments.join('/') : undefined;
}

/** The file, if it is one and lies inside of the folder after all links have been followed. */
async function regularFile(root: string, name: string): Promise<Stats | undefined> {
  try {
    const real = await realpath(join(root, name));
    const found = await lstat(real);
    return real.startsWith(root + sep) && found.isFile() ? found : undefined;
  } catch {
    return undefined;
  }
}
