import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { BunPlugin } from 'bun';
import * as frame from '@shared/client/frame.ts' with { type: 'text' };
import * as solid from 'solid-js/dist/solid.js' with { type: 'text' };
import * as hyperscript from 'solid-js/h/dist/h.js' with { type: 'text' };
import * as store from 'solid-js/store/dist/store.js' with { type: 'text' };
import * as web from 'solid-js/web/dist/web.js' with { type: 'text' };
import * as jsx from './jsx-runtime.js' with { type: 'text' };
import * as look from './page.css' with { type: 'text' };

/** Where JSX comes from unless a module says otherwise: it needs no compiler of Solid's own. */
export const JSX = 'solid-js/h';

/** The compiler knows them as modules; what the bundle, and the binary, hold of them is their text. */
const textOf = (imported: unknown): string => (imported as { default: string }).default;

/** What a page can import without a node_modules of its own, as the text that the binary holds of it. */
const embedded: Readonly<Record<string, { contents: string; loader: 'ts' | 'js' | 'css' }>> = {
  'hearth:page': { contents: textOf(frame), loader: 'ts' },
  'hearth:page.css': { contents: textOf(look), loader: 'css' },
  'solid-js': { contents: textOf(solid), loader: 'js' },
  'solid-js/web': { contents: textOf(web), loader: 'js' },
  'solid-js/store': { contents: textOf(store), loader: 'js' },
  'solid-js/h': { contents: textOf(hyperscript), loader: 'js' },
  'solid-js/h/jsx-runtime': { contents: textOf(jsx), loader: 'js' },
  'solid-js/h/jsx-dev-runtime': { contents: textOf(jsx), loader: 'js' },
};

/** Whether a path, all links followed, lies below a folder (which is real itself). */
const isBelow = (folder: string, path: string): boolean => {
  try {
    return realpathSync(path).startsWith(folder + sep);
  } catch {
    return false;
  }
};

/** Whether the module brings a package of its own. Bun is not asked: it would fetch one that nobody has. */
export const hasPackage = (folder: string, name: string): boolean =>
  isBelow(folder, join(folder, 'node_modules', name));

/** Resolves `hearth:page` and its style sheet, and Solid unless the module brings its own, and keeps a page to its module's folder. */
export const pageRuntime = (folder: string): BunPlugin => ({
  name: 'hearth-page-runtime',
  setup(build) {
    build.onResolve({ filter: /^(?:hearth:page(?:\.css)?|solid-js(?:\/.+)?)$/ }, ({ path }) => {
      if (!Object.hasOwn(embedded, path)) return undefined;
      return path.startsWith('solid-js') && hasPackage(folder, 'solid-js')
        ? undefined
        : { path, namespace: 'hearth-runtime' };
    });
    build.onLoad({ filter: /.*/, namespace: 'hearth-runtime' }, ({ path }) => embedded[path]);
    build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
      if (isBelow(folder, path)) return undefined;
      throw new Error(`${path} lies outside of the module's folder`);
    });
  },
});
