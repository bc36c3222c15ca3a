import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { BunPlugin } from 'bun';
import * as frame from '@shared/client/frame.ts' with { type: 'text' };
import * as preact from 'preact' with { type: 'text' };
import * as hooks from 'preact/hooks' with { type: 'text' };
import * as jsx from 'preact/jsx-runtime' with { type: 'text' };

/** The compiler knows these as modules; their text is what the bundle, and the binary, hold of them. */
const textOf = (imported: unknown): string => (imported as { default: string }).default;

/** What a page can import without a node_modules of its own. */
const embedded: Readonly<Record<string, { contents: string; loader: 'ts' | 'js' }>> = {
  'hearth:page': { contents: textOf(frame), loader: 'ts' },
  preact: { contents: textOf(preact), loader: 'js' },
  'preact/hooks': { contents: textOf(hooks), loader: 'js' },
  'preact/jsx-runtime': { contents: textOf(jsx), loader: 'js' },
  'preact/jsx-dev-runtime': { contents: textOf(jsx), loader: 'js' },
};

/** Whether a path, all links followed, lies below a folder (which is real itself). */
const isBelow = (folder: string, path: string): boolean => {
  try {
    return realpathSync(path).startsWith(folder + sep);
  } catch {
    return false;
  }
};

/** A package of the module's own; undefined where it has none. */
export function ownPackage(folder: string, name: string): string | undefined {
  try {
    const path = Bun.resolveSync(name, folder);
    return isBelow(folder, path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves `hearth:page` and Preact, unless the module brings its own, and keeps a page to its module's folder. */
export const pageRuntime = (folder: string): BunPlugin => ({
  name: 'hearth-page-runtime',
  setup(build) {
    build.onResolve({ filter: /^(?:hearth:page|preact(?:\/[\w-]+)?)$/ }, ({ path }) => {
      if (!Object.hasOwn(embedded, path)) return undefined;
      return path !== 'hearth:page' && ownPackage(folder, path) ? undefined : { path, namespace: 'hearth-runtime' };
    });
    build.onLoad({ filter: /.*/, namespace: 'hearth-runtime' }, ({ path }) => embedded[path]);
    build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
      if (isBelow(folder, path)) return undefined;
      throw new Error(`${path} lies outside of the module's folder`);
    });
  },
});
