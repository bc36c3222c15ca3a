import { expect, test } from 'bun:test';
import { basename, join } from 'node:path';

const build = (splitting = false) =>
  Bun.build({
    splitting,
    entrypoints: [join(import.meta.dir, '../../shared/client/sdk.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
    metafile: true,
  });

const zipped = async (output: Blob) => Bun.gzipSync(await output.text(), { level: 9 }).byteLength;

/** The files that a page loads before anything runs. */
async function loadedFirst(parts: Map<string, Blob>, name: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = (await parts.get(name)?.text()) ?? '';
  for (const [, imported = ''] of text.matchAll(/\bfrom\s*"\.\/([^"]+)"/g)) await loadedFirst(parts, imported, seen);
  return seen;
}

test('the client is one file, gzipped of at most 17 KB, of which a page loads 14 KB first; without zod', async () => {
  const { outputs, metafile } = await build();
  expect(outputs).toHaveLength(1);
  expect(await zipped(outputs[0]!)).toBeLessThanOrEqual(17 * 1024);
  const parts = new Map((await build(true)).outputs.map((output) => [basename(output.path), output]));
  const first = await loadedFirst(parts, 'sdk.js');
  expect(await zipped(new Blob([...first].map((name) => parts.get(name)!)))).toBeLessThanOrEqual(14 * 1024);
  expect(first.size).toBeLessThan(parts.size);
  const inputs = Object.keys(metafile?.inputs ?? {});
  expect(inputs.length).toBeGreaterThan(10);
  expect(inputs.filter((path) => /\/(zod|frames\.ts|contract\.ts|schema\.ts)/.test(path))).toEqual([]);
});

test('the client uses nothing that only a secure context has', async () => {
  const { outputs } = await build();
  const text = await outputs[0]!.text();
  for (const name of ['crypto', 'navigator.locks', 'serviceWorker', 'clipboard', 'caches'])
    expect(text).not.toContain(name);
});
