import { expect, test } from 'bun:test';
import { join } from 'node:path';

const build = () =>
  Bun.build({
    entrypoints: [join(import.meta.dir, '../../shared/client/sdk.ts')],
    target: 'browser',
    format: 'esm',
    minify: true,
    metafile: true,
  });

test('the client is one file of at most 14 KB, gzipped, without zod', async () => {
  const { outputs, metafile } = await build();
  expect(outputs).toHaveLength(1);
  const text = await outputs[0]!.text();
  expect(Bun.gzipSync(text, { level: 9 }).byteLength).toBeLessThanOrEqual(14 * 1024);
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
