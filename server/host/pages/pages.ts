import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputOf } from '@shared/kernel/contract.ts';
import { fail } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { modules } from '@shared/modules/contract.ts';
import { NoPage, PageBroken } from '@shared/modules/errors.ts';
import type { Identity } from '../../modules/identity.ts';
import type { Clock } from '../../platform/clock.ts';
import type { PeerInfo } from '../../platform/http/peer.ts';
import { buildPage, INDEX, type PageBuild, type PageOrigin } from './build-page.ts';
import type { BundlerLimits } from './bundler-process.ts';
import { createCapabilities, OPENING } from './capability.ts';
import { pageHeaders } from './policy.ts';

export interface PagesOptions {
  /** '' or `/path`. */
  basePath: string;
  clock: Clock;
  /** A secret of at least 32 bytes: addresses are proven with it. */
  key: Uint8Array;
  /** The scopes that a module was granted. */
  scopesOf: (id: string) => ReadonlySet<string> | undefined;
  limits?: BundlerLimits;
}

/** The pages of the modules that run. */
export interface Pages {
  /**
   * Bundles the page of a module that is about to run, and shows it from then on; the bundle before it goes on serving
   * those who have it open. Resolves with whether it is another one than was shown before. Rejects with LoadError: then
   * `open` says so, and the module can run without its page.
   */
  load(origin: PageOrigin): Promise<boolean>;
  /** The module does not run any more. */
  unload(id: string): void;
  /** Why the newest page was not bundled, for its author; undefined where all is well. */
  problem(id: string): string | undefined;
  /** A same-site address at which the page can be opened in the next ten minutes; waits for a bundle that is being made. */
  open(identity: Identity | undefined, id: string): Promise<Result<OutputOf<(typeof modules)['definitions']['page']>>>;
  /** Answers for `/pages/<id>/<capability>/<name>`; undefined where nothing is there. No cookie is looked at. */
  respond(request: Request, peer: PeerInfo): Promise<Response | undefined>;
  /** Breaks off what is being bundled. Resolves when nothing of it is left. */
  close(): Promise<void>;
}

interface Shown {
  /** The newest first, and the one before it. */
  builds: readonly PageBuild[];
  problem?: string;
}

/** `/pages/<id>/<capability>/<name>` below the base path; undefined for what no honest address looks like. */
function parsePath(path: string): { id: string; capability: string; name: string } | undefined {
  let parts: string[];
  try {
    parts = path.split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
  const [before, pages, id = '', capability = '', name, ...more] = parts;
  if (before !== '' || pages !== 'pages' || name === undefined || more.length > 0) return undefined;
  return { id, capability, name: name === '' ? INDEX : name };
}

export function createPages({ basePath, clock, key, scopesOf, limits }: PagesOptions): Pages {
  const capabilities = createCapabilities(key);
  const shown = new Map<string, Shown>();
  /** Counts what was asked for: a bundle that was overtaken, or whose module has gone, is not shown. */
  const turns = new Map<string, number>();
  /** One module's bundles are made one after another: each tidies up behind the one before it. */
  const building = new Map<string, Promise<boolean>>();
  const end = new AbortController();
  const nextTurn = (id: string): number => {
    const turn = (turns.get(id) ?? 0) + 1;
    turns.set(id, turn);
    return turn;
  };

  async function build(origin: PageOrigin, isCurrent: () => boolean): Promise<boolean> {
    const { id } = origin;
    // Overtaken: what it was made from may be gone by now.
    if (!isCurrent()) return false;
    const { builds: before, problem } = shown.get(id) ?? { builds: [] };
    try {
      const made = await buildPage(origin, { clock, limits, signal: end.signal, keep: before.map(({ hash }) => hash) });
      if (!isCurrent()) return false;
      shown.set(id, { builds: [made, ...before.filter(({ hash }) => hash !== made.hash)].slice(0, 2) });
      return problem !== undefined || before[0]?.hash !== made.hash;
    } catch (error) {
      if (!isCurrent()) return false;
      shown.set(id, { builds: before, problem: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  /** The file as it lies there now: a module can write where its bundle is, and must not lead out of it. */
  async function fileOf({ folder, files }: PageBuild, name: string): Promise<string | undefined> {
    if (!files.has(name)) return undefined;
    const path = join(folder, name);
    try {
      const found = await lstat(path);
      const isUntouched = found.isFile() && found.nlink === 1 && found.size === files.get(name);
      return isUntouched && (await realpath(path)) === path ? path : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    load(origin) {
      const { id } = origin;
      const turn = nextTurn(id);
      const previous: Promise<unknown> = building.get(id)?.catch(() => {}) ?? Promise.resolve();
      const built = previous.then(() => build(origin, () => turns.get(id) === turn));
      building.set(id, built);
      const forget = (): void => {
        if (building.get(id) === built) building.delete(id);
      };
      built.then(forget, forget);
      return built;
    },
    unload(id) {
      nextTurn(id);
      shown.delete(id);
    },
    problem: (id) => shown.get(id)?.problem,
    async open(identity, id) {
      await building.get(id)?.catch(() => {});
      const page = shown.get(id);
      const build = page?.builds[0];
      // The newest page counts: an admin is to see that it is broken, others go on with the one before.
      if (page?.problem !== undefined && (identity?.role === 'admin' || !build))
        return fail(PageBroken, identity?.role === 'admin' ? { reason: page.problem } : undefined);
      if (!build) return fail(NoPage);
      const capability = capabilities.issue({ id, hash: build.hash }, clock.now() + OPENING);
      return ok({
        url: `${basePath}/pages/${id}/${capability}/`,
        build: build.hash,
        scopes: [...(scopesOf(id) ?? [])],
      });
    },
    async respond(request, peer) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith(`${basePath}/pages/`)) return undefined;
      const asked = parsePath(pathname.slice(basePath.length));
      const page = asked && shown.get(asked.id);
      if (!asked || !page) return undefined;
      for (const build of page.builds) {
        const expiresAt = capabilities.read(asked.capability, { id: asked.id, hash: build.hash });
        if (expiresAt === undefined) continue;
        // What a page that is open asks for later has no end; opening it has.
        if (asked.name === INDEX && clock.now() >= expiresAt) return undefined;
        const path = await fileOf(build, asked.name);
        if (path === undefined) return undefined;
        const headers = pageHeaders(`${peer.origin}${basePath}/pages/${asked.id}/${asked.capability}/`);
        headers.set('content-type', asked.name === INDEX ? 'text/html; charset=utf-8' : Bun.file(path).type);
        return new Response(request.method === 'HEAD' ? null : Bun.file(path), { headers });
      }
      return undefined;
    },
    async close() {
      end.abort();
      await Promise.allSettled(building.values());
    },
  };
}
