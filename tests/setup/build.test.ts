import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { compress } from '../../.scripts/build/compress.ts';
import { hashSources } from '../../.scripts/build/sources.ts';
import { fileName, hostTarget, targets } from '../../.scripts/build/targets.ts';
import { root } from '../support/sources.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-build-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const build = (...args: string[]) => {
  const result = Bun.spawnSync([process.execPath, join(root, '.scripts', 'build.ts'), ...args], { cwd: folder });
  return { code: result.exitCode, err: result.stderr.toString() };
};

describe('the targets of the build', () => {
  test.each(targets.map((target) => [target.name, target] as const))('are locked: %s', (_, target) => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
    const version = manifest.packageManager.split('@')[1];
    expect(readFileSync(join(root, 'bun.lock'), 'utf8')).toContain(`"${target.package}@${version}"`);
    expect(target.bun).toBe(`bun-${target.name}` as Bun.Build.CompileTarget);
  });

  test('have files of their own, and the one for this machine is plainly hearth', () => {
    expect(new Set(targets.map(fileName)).size).toBe(targets.length);
    expect(fileName(targets.find(({ os }) => os === 'win32'))).toBe('hearth-windows-x64.exe');
    expect(fileName()).toBe(process.platform === 'win32' ? 'hearth.exe' : 'hearth');
  });

  test('include the machine that runs this test', () => {
    expect(hostTarget()).toMatchObject({ os: process.platform, cpu: process.arch });
  });

  test.each([[['--target', 'amiga']], [['--web', 'more']], [['--fast']]])(
    'are asked for properly, and not by %p',
    (args) => {
      const { code, err } = build(...args);
      expect(code).toBe(2);
      expect(err).toContain('Usage: bun run build');
      expect(err).not.toContain('    at ');
    },
  );
});

describe('the name of a build', () => {
  test('is the same for the same sources, and another for other ones', async () => {
    const file = join(folder, 'source.ts');
    const name = () => hashSources([file]);
    writeFileSync(file, 'one');
    const first = await name();
    expect(await name()).toBe(first);
    writeFileSync(file, 'two');
    expect(await name()).not.toBe(first);
  });
});

describe('compression at build time', () => {
  test('puts a smaller copy beside a file, twice', async () => {
    const text = 'hearth '.repeat(200);
    const file = join(folder, 'long.js');
    writeFileSync(file, text);
    await compress(file);
    expect(brotliDecompressSync(readFileSync(`${file}.br`)).toString()).toBe(text);
    expect(Buffer.from(Bun.gunzipSync(readFileSync(`${file}.gz`))).toString()).toBe(text);
  });

  test('leaves alone what is tiny or compressed already', async () => {
    for (const [name, size] of [
      ['tiny.js', 100],
      ['font.woff2', 5000],
    ] as const) {
      writeFileSync(join(folder, name), 'x'.repeat(size));
      await compress(join(folder, name));
      expect(existsSync(join(folder, `${name}.br`))).toBe(false);
    }
  });
});
