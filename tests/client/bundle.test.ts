import { expect, test } from 'bun:test';
import { join } from 'node:path';

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

test('the client is one file, gzipped of at most 16 KB, of which a page loads 14 KB first; without zod', async () => {
  const { outputs, metafile } = await build();
  expect(outputs).toHaveLength(1);
  expect(await zipped(outputs[0]!)).toBeLessThanOrEqual(16 * 1024);
  const parts = await build(true);
  expect(await zipped(parts.outputs.find(({ kind }) => kind === 'entry-point')!)).toBeLessThanOrEqual(14 * 1024);
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
