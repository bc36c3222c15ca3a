import { describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoadError } from '../../server/host/instance.ts';
import { buildPage, type PageBuild, type PageOrigin } from '../../server/host/pages/build-page.ts';
import { bundlerLimits } from '../../server/host/pages/bundler-process.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { pageModule } from '../support/page-module.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const build = (origin: PageOrigin, limits = bundlerLimits): Promise<PageBuild> =>
  buildPage(origin, { clock: systemClock, signal: never, keep: [], limits });
const textOf = ({ folder, files }: PageBuild, ending: string): string =>
  [...files.keys()]
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
/** Why a page is not bundled. */
const refusal = async (origin: PageOrigin, limits = bundlerLimits): Promise<string> => {
  const error = await build(origin, limits).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LoadError);
  return (error as LoadError).message;
};
/** A page whose only script gets its text from a macro. */
const withMacro = (macro: string): Record<string, string> => ({
  'page.html': '<!doctype html><script type="module" src="./main.ts"></script>',
  'main.ts': `import { made } from './macro.ts' with { type: 'macro' };\ndocument.title = String(made());`,
  'macro.ts': `import fs from 'node:fs';\nexport function made() { ${macro} }`,
});

describe('a page in HTML', () => {
  test('is bundled with its scripts, styles and pictures, and no script is left within it', async () => {
    using module = pageModule({
      'page.html': `<!doctype html><html><head><link rel="stylesheet" href="./look.css"></head><body>
        <img src="./dot.svg"><script type="application/json" id="data">{"kept":1}</script>
        <script type="module">import { hearth } from 'hearth:page'; import { word } from './word.ts'; hearth.notify(word);</script>
      </body></html>`,
      'look.css': 'body { margin: 0; background: url(./dot.svg) }',
      'dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'word.ts': "export const word: string = 'a word from a file';",
    });
    const made = await build(module.origin);
    const page = textOf(made, 'index.html');
    expect(page.match(/<script[^>]*>/g)).toHaveLength(2);
    expect(page).toContain('{"kept":1}');
    expect(page).not.toContain('hearth.notify');
    expect(textOf(made, '.js')).toContain('a word from a file');
    expect(textOf(made, '.js')).not.toMatch(/from\s*["']hearth:page["']/);
    expect([...made.files.keys()].map((name) => name.split('.').at(-1)).sort()).toEqual(['css', 'html', 'js', 'svg']);
  });

  test('has the client also where nothing of its own asks for it', async () => {
    using module = pageModule({ 'page.html': '<p>hello</p>' });
    expect(textOf(await build(module.origin), '.js')).toContain('Open this page in Hearth');
  });
});

describe('the style sheet that comes with Hearth', () => {
  test.each([
    ['a script', "import 'hearth:page.css'; import './own.css';", ''],
    ['a style sheet', "import './importing.css';", ''],
    ['the page', "import './own.css';", '<link rel="stylesheet" href="hearth:page.css">'],
  ])('is there for %s, and what is the page’s own comes after it', async (_, script, head) => {
    using module = pageModule({
      'page.html': `<!doctype html><html><head>${head}</head><body><script type="module">${script}</script></body></html>`,
      'own.css': 'main { max-width: 77rem }',
      'importing.css': "@import 'hearth:page.css'; @import './own.css';",
    });
    const look = textOf(await build(module.origin), '.css');
    expect(look).toContain('--on-accent:');
    expect(look.indexOf('77rem')).toBeGreaterThan(look.indexOf('48rem'));
    expect(look).not.toContain('@import');
  });
});

describe('a page in TSX', () => {
  test('needs no packages: JSX and Solid are there', async () => {
    using module = pageModule(
      {
        'page.tsx': `import { createSignal } from 'solid-js';
          export default function Page() { const [n] = createSignal(1); return <p class="from-tsx">{n}</p>; }`,
      },
      'page.tsx',
    );
    const code = textOf(await build(module.origin), '.js');
    expect(code).toContain('from-tsx');
    expect(code).not.toMatch(/from\s*["']/);
  });

  test.each([
    ['preact', '.', 'render'],
    ['react', './client', 'createRoot'],
  ])('takes %s of the module before what comes with Hearth, and is mounted with it', async (name, entry, mount) => {
    const packageOf = (called: string, exports: Record<string, string>) =>
      JSON.stringify({ name: called, version: '0.0.0', type: 'module', exports });
    const dom = name === 'react' ? 'react-dom' : name;
    using module = pageModule(
      {
        'page.tsx': 'export default () => <p>mine</p>;',
        [`node_modules/${dom}/package.json`]: packageOf(dom, { [entry]: './dom.js' }),
        [`node_modules/${dom}/dom.js`]: `export const ${mount} = () => console.log('own ${mount}'); export const createElement = () => {};`,
        [`node_modules/${name}/package.json`]: packageOf(name, {
          '.': name === dom ? './dom.js' : './index.js',
          './jsx-runtime': './jsx.js',
        }),
        [`node_modules/${name}/index.js`]: 'export const createElement = () => {};',
        [`node_modules/${name}/jsx.js`]: "export const jsx = () => 'own jsx', jsxs = jsx, Fragment = '';",
      },
      'page.tsx',
    );
    const code = textOf(await build(module.origin), '.js');
    expect(code).toContain(`own ${mount}`);
    expect(code).toContain('own jsx');
  });

  test('takes JSX from where its tsconfig says', async () => {
    using module = pageModule(
      {
        'page.tsx': 'export default () => <p>mine</p>;',
        'node_modules/react/package.json': '{ "name": "react", "version": "0.0.0" }',
        'tsconfig.json': '{ "compilerOptions": { /* own */ "jsxImportSource": "tiny" } }',
        'node_modules/tiny/package.json':
          '{ "name": "tiny", "type": "module", "exports": { "./jsx-runtime": "./jsx.js" } }',
        'node_modules/tiny/jsx.js': "export const jsx = () => 'tiny jsx', jsxs = jsx, Fragment = '';",
      },
      'page.tsx',
    );
    expect(textOf(await build(module.origin), '.js')).toContain('tiny jsx');
  });
});

describe('code of the module that runs while its page is bundled', () => {
  test('runs in another process, with nothing of our environment', async () => {
    process.env['HEARTH_PROBE_SECRET'] = 'do not tell';
    using module = pageModule(withMacro('return `ran in ${process.pid} with ${Object.keys(process.env).join()} end`;'));
    const code = textOf(await build(module.origin), '.js');
    delete process.env['HEARTH_PROBE_SECRET'];
    const [, pid, names] = /ran in (\d+) with (.*?) end/.exec(code) ?? [];
    expect(Number(pid)).toBeGreaterThan(0);
    expect(Number(pid)).not.toBe(process.pid);
    expect(names).not.toContain('HEARTH');
    expect(names).not.toContain('HOME');
  });

  test('is ended when it does not end', async () => {
    using module = pageModule(withMacro('for (;;);'));
    expect(await refusal(module.origin, { ...bundlerLimits, time: 400 })).toBe('Bundling took longer than 0.4 s');
  });

  test('is ended when the server is', async () => {
    using module = pageModule(withMacro("fs.writeFileSync('begun', ''); for (;;);"));
    const stop = new AbortController();
    const made = buildPage(module.origin, { clock: systemClock, signal: stop.signal, keep: [] }).catch(String);
    const bundles = join(module.origin.dataFolder, 'page');
    await until(
      () => existsSync(bundles) && readdirSync(bundles).some((name) => existsSync(join(bundles, name, 'begun'))),
    );
    stop.abort();
    expect(await made).toContain('Bundling was broken off');
    expect(readdirSync(bundles)).toEqual([]);
  });

  test('is ended when it takes too much memory', async () => {
    using module = pageModule(
      withMacro('const held = []; for (;;) held.push(new Uint8Array(16 * 1024 * 1024).fill(1)); return held.length;'),
    );
    expect(await refusal(module.origin, { ...bundlerLimits, memory: 300 * 1024 ** 2 })).toBe(
      'Bundling needed more than 300 MiB',
    );
  });

  test('may say as much as it likes: a beginning is kept, without what steers a terminal', async () => {
    using module = pageModule(
      withMacro("for (let n = 0; n < 2000; n++) fs.writeSync(2, '\\u001b[31m' + 'x'.repeat(5000)); process.exit(3);"),
    );
    const reason = await refusal(module.origin);
    expect(reason.length).toBeGreaterThan(3000);
    expect(reason.length).toBeLessThanOrEqual(4000);
    expect(reason).not.toContain('\u001b');
  });

  test('leaves no links behind that would be served', async () => {
    using module = pageModule(withMacro("fs.symlinkSync('/etc/passwd', 'passwd.txt'); return 1;"));
    expect(await refusal(module.origin)).toBe('The bundle holds something that is no plain file: passwd.txt');
    expect(readdirSync(join(module.origin.dataFolder, 'page'))).toEqual([]);
  });
});

describe('a page that cannot be bundled', () => {
  test('says where in which file', async () => {
    using module = pageModule({ 'page.tsx': 'export default () =>\n  <p>never closed;\n' }, 'page.tsx');
    expect(await refusal(module.origin)).toMatch(/^page\.tsx:\d+:\d+: /);
    module.write({ 'page.tsx': "import { nothing } from './not-there.ts';\nexport default nothing;" });
    expect(await refusal(module.origin)).toMatch(/^page\.tsx:1:\d+: .*not-there/);
    module.write({ 'page.tsx': "import 'left-pad';" });
    expect(await refusal(module.origin)).toContain('"left-pad"');
  });

  const tricks: [string, string, RegExp][] = [
    ['a path that leaves the folder', '../other/page.html', /lies outside of the module's folder/],
    ['an absolute path', '/etc/passwd', /must be a path in the module/],
    ['a link that leaves the folder', 'link.html', /lies outside of the module's folder/],
    ['a folder', 'folder.html', /is not a file/],
    ['nothing', 'missing.html', /There is no file/],
    ['a file of another kind', 'module.ts', /must be an .html, .tsx or .jsx file/],
    ['a NUL', 'page.html\0.png', /must be a path in the module/],
  ];
  test.each(tricks)('is %s', async (_, page, reason) => {
    using module = pageModule({ 'page.html': '<p>fine</p>', 'module.ts': '', 'folder.html/x': '' });
    const other = join(module.path, 'modules', 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'page.html'), '<p>not yours</p>');
    symlinkSync(join(other, 'page.html'), join(module.origin.folder, 'link.html'));
    expect(await refusal({ ...module.origin, page })).toMatch(reason);
  });

  test.each([
    ['a script', '<script type="module" src="../secret.js"></script>'],
    ['a picture behind a link', '<img src="./linked.svg">'],
  ])('takes %s from outside of the folder', async (_, html) => {
    using module = pageModule({ 'page.html': html });
    writeFileSync(join(module.path, 'modules', 'secret.js'), 'export default 1;');
    writeFileSync(join(module.path, 'secret.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    symlinkSync(join(module.path, 'secret.svg'), join(module.origin.folder, 'linked.svg'));
    expect(await refusal(module.origin)).toContain("lies outside of the module's folder");
  });
});

test('a link in the place of the bundles is taken away and not followed', async () => {
  using module = pageModule({ 'page.html': '<p>fine</p>' });
  const elsewhere = join(module.path, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(module.origin.dataFolder, 'page'));
  const made = await build(module.origin);
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(readdirSync(join(module.origin.dataFolder, 'page'))).toEqual([made.hash]);
});

test('the same page is the same bundle wherever it lies, also where its scripts name each other', async () => {
  const files = {
    'page.html': '<script type="module" src="./main.ts"></script>',
    'main.ts': "void import('./one.ts'); void import('./two.ts');",
    'one.ts': "import { shared } from './shared.ts'; document.title = shared('one');",
    'two.ts': "import { shared } from './shared.ts'; document.title = shared('two');",
    'shared.ts': 'export const shared = (name: string): string => `shared by ${name}`;',
  };
  using here = pageModule(files);
  using there = pageModule(files);
  const [one, two] = [await build(here.origin), await build(there.origin)];
  expect([...one.files.keys()]).toEqual([...two.files.keys()]);
  expect(one.hash).toBe(two.hash);
  const code = textOf(one, '.js');
  const named = [...code.matchAll(/["']\.\/([\w.-]+\.js)["']/g)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !one.files.has(name))).toEqual([]);
});

test('the same page makes the same bundle, and bundles that nobody needs are removed', async () => {
  using module = pageModule({ 'page.html': '<p>one</p>' });
  const one = await build(module.origin);
  expect((await build(module.origin)).hash).toBe(one.hash);
  module.write({ 'page.html': '<p>two</p>' });
  const two = await buildPage(module.origin, { clock: systemClock, signal: never, keep: [one.hash] });
  expect(readdirSync(join(module.origin.dataFolder, 'page')).sort()).toEqual([one.hash, two.hash].sort());
  module.write({ 'page.html': '<p>three</p>' });
  const three = await buildPage(module.origin, { clock: systemClock, signal: never, keep: [two.hash] });
  expect(readdirSync(join(module.origin.dataFolder, 'page')).sort()).toEqual([two.hash, three.hash].sort());
});
