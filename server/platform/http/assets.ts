import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Coding, negotiateCoding } from './accept-encoding.ts';
import { entityTag, matchesEntityTag } from './etag.ts';

/** The built web app and the SDK. */
export interface Assets {
  /**
   * Answers a GET or HEAD for a file of the web app, or for a page of it (`index.html`, where a browser navigates).
   * `path` is the request's path without the base path, with a leading slash. Undefined: nothing of ours is there.
   */
  respond(request: Request, path: string): Response | undefined;
  /** The name of the build, or `dev` where none has been made; a page of another build offers to reload. */
  readonly build: string;
}

export interface AssetsOptions {
  /** The path Hearth is reached at: `/`, or `/hearth` with or without a slash at the end. */
  basePath: string;
  /** Where the built web app lies: inside the binary, or in the working tree. */
  folder?: string;
}

interface Variant {
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

interface Asset {
  type: string;
  cacheControl: string;
  variants: Partial<Record<Coding, Variant>> & { identity: Variant };
}

const PAGE = '/index.html';
const BUILD = '/build.json';
const SDK = '/sdk.js';

/** Vite puts a hash of the content into these names: what they hold never changes. */
const hashedName = /^\/assets\/.+-[\w-]{8,}\.\w+$/;
const stored: Record<Exclude<Coding, 'identity'>, string> = { br: '.br', gzip: '.gz' };

/** Reads the built web app into a table; what is not in it cannot be reached. Without a build the table is empty. */
export function createAssets({ basePath, folder = builtFolder() }: AssetsOptions): Assets {
  const table = readTable(folder, basePath);
  return {
    build: buildName(table.get(BUILD)),
    respond(request, path) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
      const asset =
        path === BUILD ? undefined : (table.get(path) ?? (isNavigation(request, path) ? table.get(PAGE) : undefined));
      return asset && answer(request, asset, path);
    },
  };
}

function builtFolder(): string {
  return Bun.isStandaloneExecutable ? join(import.meta.dir, 'dist') : resolve(import.meta.dir, '../../../web/dist');
}

function readTable(folder: string, basePath: string): Map<string, Asset> {
  const table = new Map<string, Asset>();
  if (!existsSync(folder)) return table;
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join('/'));
  const present = new Set(names);
  const isVariant = (name: string) => /\.(br|gz)$/.test(name) && present.has(name.slice(0, -3));
  for (const name of names.filter((candidate) => !isVariant(candidate)))
    table.set(name, name === PAGE ? readPage(folder, basePath) : readAsset(folder, name, present));
  const page = table.get(PAGE);
  if (page) table.set('/', page);
  return table;
}

function readAsset(folder: string, name: string, present: ReadonlySet<string>): Asset {
  const read = (file: string) => new Uint8Array(readFileSync(folder + file));
  const asset = describe(name, read(name));
  for (const [coding, extension] of Object.entries(stored)) {
    if (present.has(name + extension)) addVariant(asset, coding as Coding, read(name + extension));
  }
  return asset;
}

/** The page is coded here and not at build time, because the base path is written into it first. */
function readPage(folder: string, basePath: string): Asset {
  const href = `${basePath.replace(/\/+$/, '')}/`;
  const html = readFileSync(folder + PAGE, 'utf8').replace(
    /<base\s+href="[^"]*"/i,
    () => `<base href="${Bun.escapeHTML(href)}"`,
  );
  const content = new TextEncoder().encode(html);
  const asset = describe(PAGE, content);
  addVariant(asset, 'br', new Uint8Array(brotliCompressSync(content)));
  addVariant(asset, 'gzip', new Uint8Array(gzipSync(content)));
  return asset;
}

function describe(name: string, content: Uint8Array<ArrayBuffer>): Asset {
  return {
    type: name.endsWith('.webmanifest') ? 'application/manifest+json' : Bun.file(name).type,
    cacheControl: hashedName.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    variants: { identity: { body: content, etag: entityTag(content) } },
  };
}

function addVariant(asset: Asset, coding: Coding, body: Uint8Array<ArrayBuffer>): void {
  asset.variants[coding] = { body, etag: entityTag(asset.variants.identity.body, coding) };
}

/** Addresses that programs use: what is not there is a plain 404 to them. */
const forPrograms = /^\/(?:api|sse|ws|assets|public|pages)(?:\/|$)/;

/**
 * A browser opening a page, or a program that takes whatever a page's link leads to (a monitor, a preview of the link),
 * in contrast to one that asks for a file which is not (or no longer) there.
 */
function isNavigation(request: Request, path: string): boolean {
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (last.includes('.')) return false;
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('text/html') || (accept.trim() === '*/*' && !forPrograms.test(path));
}

function answer(request: Request, asset: Asset, path: string): Response {
  const codings = Object.keys(asset.variants) as Coding[];
  const coding = negotiateCoding(request.headers.get('accept-encoding'), codings);
  const { body, etag } = asset.variants[coding] ?? asset.variants.identity;
  const headers = new Headers({ 'cache-control': asset.cacheControl, etag });
  if (codings.length > 1) headers.set('vary', 'accept-encoding');
  // Pages of other origins may load the SDK: it is public code, and they sign in with a ticket.
  if (path === SDK) {
    headers.set('access-control-allow-origin', '*');
    headers.set('cross-origin-resource-policy', 'cross-origin');
  }
  if (matchesEntityTag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  headers.set('content-type', asset.type);
  headers.set('content-length', String(body.byteLength));
  if (coding !== 'identity') headers.set('content-encoding', coding);
  return new Response(request.method === 'HEAD' ? null : body, { headers });
}

function buildName(asset: Asset | undefined): string {
  if (!asset) return 'dev';
  const content: unknown = JSON.parse(new TextDecoder().decode(asset.variants.identity.body));
  const named = typeof content === 'object' && content !== null && 'build' in content ? content.build : undefined;
  return typeof named === 'string' ? named : 'dev';
}
