import { basename, dirname, extname, join } from 'node:path';
import type { BunPlugin } from 'bun';
import { JSX, hasPackage } from './runtime.ts';

/** What is bundled: a page whose scripts are all files, or stand for files. */
export interface PageSource {
  entry: string;
  /** Where JSX comes from, for files that do not say it themselves. */
  jsx: string;
  plugin: BunPlugin;
}

/** So that every page has the client, also where nothing of its own imports it. */
const client = '<script type="module" src="hearth:page"></script>';

const shell = `<!doctype html>
<html>
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Hearth</title>
  </head>
  <body>
    <div id="page"></div>
    <script type="module" src="hearth-script:0"></script>
  </body>
</html>`;

const withSolid = `
import h from 'solid-js/h';
import { render } from 'solid-js/web';
const mount = (Page, root) => render(() => h(Page, {}), root);`;
const withPreact = `
import { createElement, render } from 'preact';
const mount = (Page, root) => render(createElement(Page, {}), root);`;
const withReact = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
const mount = (Page, root) => createRoot(root).render(createElement(Page));`;

/** Whatever else makes elements knows itself how they get into the page. */
const withElse = `
const mount = (Page, root) => Page(root);`;
const mounts: Readonly<Record<string, string>> = { [JSX]: withSolid, preact: withPreact, react: withReact };

const mounting = (entry: string, jsx: string): string => `
import { hearth } from 'hearth:page';
import * as page from ${JSON.stringify(`./${basename(entry)}`)};
${mounts[jsx] ?? withElse}
await hearth.ready;
if (typeof page.default === 'function') mount(page.default, document.getElementById('page'));`;

/** Scripts of these types are code; others (data, templates) stay as they are. */
const isCode = (type: string | null): boolean =>
  type === null || /^(?:module|text\/javascript|application\/javascript|)$/i.test(type.trim());

/** Moves the code within a page into files of their own: the page's policy lets no inline script run. */
function outsourced(html: string): { html: string; scripts: string[] } {
  const scripts: string[] = [];
  let isInside = false;
  const rewriter = new HTMLRewriter().on('script:not([src])', {
    element(element) {
      isInside = isCode(element.getAttribute('type'));
      if (!isInside) return;
      scripts.push('');
      element.setAttribute('type', 'module');
      element.setAttribute('src', `hearth-script:${scripts.length - 1}`);
    },
    text(chunk) {
      if (!isInside) return;
      scripts[scripts.length - 1] += chunk.text;
      chunk.remove();
    },
  });
  return { html: rewriter.transform(html), scripts };
}

const importSource = async (folder: string): Promise<string> => {
  const file = Bun.file(join(folder, 'tsconfig.json'));
  if (await file.exists()) {
    const config = Bun.JSONC.parse(await file.text()) as { compilerOptions?: { jsxImportSource?: unknown } } | null;
    const named = config?.compilerOptions?.jsxImportSource;
    if (typeof named === 'string') return named;
  }
  return ['preact', 'react'].find((name) => hasPackage(folder, name)) ?? JSX;
};

/** Reads a page's entry, an absolute path within the module's folder: HTML, or a component that is mounted. */
export async function readPage(folder: string, entry: string): Promise<PageSource> {
  const jsx = await importSource(folder);
  const isHtml = extname(entry) === '.html';
  const { html, scripts } = isHtml
    ? outsourced(await Bun.file(entry).text())
    : { html: shell, scripts: [mounting(entry, jsx)] };
  const page = isHtml ? entry : `${entry}.html`;
  const plugin: BunPlugin = {
    name: 'hearth-page-source',
    setup(build) {
      build.onResolve({ filter: /\.html$/ }, ({ path, kind }) =>
        kind.startsWith('entry-point') && path === page ? { path: page, namespace: 'file' } : undefined,
      );
      build.onLoad({ filter: /\.html$/, namespace: 'file' }, ({ path }) =>
        path === page ? { contents: client + html, loader: 'html' } : undefined,
      );
      // Named as files beside the page, so that what they import is found from there.
      build.onResolve({ filter: /^hearth-script:\d+$/ }, ({ path }) => ({
        path: join(dirname(entry), `${basename(entry)} script ${path.slice('hearth-script:'.length)}`),
        namespace: 'hearth-script',
      }));
      build.onLoad({ filter: /.*/, namespace: 'hearth-script' }, ({ path }) => ({
        contents: scripts[Number(path.slice(path.lastIndexOf(' ') + 1))] ?? '',
        loader: 'ts',
      }));
    },
  };
  return { entry: page, jsx, plugin };
}
