import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import solid from 'vite-plugin-solid';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const GUIDE = 'virtual:modules-guide';

/** The guide to modules lies beside the code that it is about; the app shows the same text. */
const guide: Plugin = {
  name: 'hearth-modules-guide',
  resolveId: (id) => (id === GUIDE ? `\0${GUIDE}` : undefined),
  load(id) {
    if (id !== `\0${GUIDE}`) return undefined;
    const text = (name: string) => readFileSync(here(`../server/modules/${name}`), 'utf8');
    return `export default ${JSON.stringify({ en: text('README.md'), de: text('README.de.md') })};`;
  },
};

export default defineConfig({
  root: here('.'),
  // Relative URLs: the server writes the base path into <base href>, so one build serves every path.
  base: './',
  plugins: [solid(), guide],
  resolve: { alias: { '@shared': here('../shared') } },
  define: { __BUILD__: JSON.stringify(process.env.HEARTH_BUILD ?? 'dev') },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    // light-dark(), :has() and nesting are used as they stand.
    target: ['chrome123', 'firefox125', 'safari17.5'],
    cssCodeSplit: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs, in few files; overlays and what only a route needs stay with what asks for them.
          groups: [
            { name: 'solid', test: /node_modules[\\/](solid-js|@solidjs[\\/]router)[\\/]/ },
            {
              name: 'ui',
              test: /web[\\/](ui[\\/](?!Dialog|ConfirmDialog|Menu|Tooltip)|platform[\\/]|i18n[\\/][^\\/]+$|shell[\\/](title|PageLayout|Mark))|lucide-solid[\\/]dist[\\/]\w+[\\/](?!icons)/,
            },
            { name: 'kernel', test: /shared[\\/]kernel[\\/]/ },
            // Each icon is some 300 bytes: those of several pages share one file, the others stay with their page.
            { name: 'icons', test: /lucide-solid[\\/]dist[\\/]\w+[\\/]icons[\\/]/, minShareCount: 2 },
          ],
        },
      },
    },
  },
});
