import { realpathSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { nameByContent } from './chunk-names.ts';
import { pageRuntime } from './runtime.ts';
import { readPage } from './source.ts';

/** What the process that bundles is told on its standard input. Absolute paths. */
export interface BundleOrder {
  folder: string;
  /** The page's source. */
  entry: string;
  /** An empty folder for what comes out. */
  out: string;
}

/** Where in which file, and what. */
const textOf = (folder: string, problem: unknown): string => {
  if (problem instanceof AggregateError) return problem.errors.map((one) => textOf(folder, one)).join('\n');
  const { message, position } = problem as {
    message?: string;
    position?: { file: string; line: number; column: number } | null;
  };
  const text = message ?? String(problem);
  if (!position?.file) return text;
  const file = position.file.startsWith(folder + sep) ? relative(folder, position.file) : position.file;
  return `${file}:${position.line}:${position.column}: ${text}`;
};

/**
 * Bundles a module's page. Macros of the module run while this goes on, so it has a process of its own, and whoever
 * started that believes nothing of what comes out but its bytes.
 */
async function bundle({ folder: given, entry: wanted, out }: BundleOrder): Promise<void> {
  const folder = realpathSync(given);
  const entry = realpathSync(wanted);
  const { entry: page, jsx, plugin } = await readPage(folder, entry);
  const { outputs } = await Bun.build({
    entrypoints: [page],
    target: 'browser',
    format: 'esm',
    minify: true,
    splitting: true,
    publicPath: './',
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' },
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: { runtime: 'automatic', importSource: jsx, development: false },
    plugins: [plugin, pageRuntime(folder)],
  });
  for (const [name, content] of await nameByContent(outputs))
    await Bun.write(join(out, name === basename(page) ? 'index.html' : name), content);
}

/** The process: reads its order, writes the reason of a failure to standard error. Returns the exit code. */
export async function runBundler(): Promise<number> {
  const order = (await Bun.stdin.json()) as BundleOrder;
  try {
    await bundle(order);
    return 0;
  } catch (error) {
    process.stderr.write(`${textOf(order.folder, error)}\n`);
    return 1;
  }
}
