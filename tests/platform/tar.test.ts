import { expect, test } from 'bun:test';
import { array, assert, asyncProperty, integer, record, stringMatching, uint8Array } from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../server/platform/backup/backup-error.ts';
import { packTar, unpackTar } from '../../server/platform/backup/tar.ts';
import { temporaryFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

const run = (...command: string[]): Buffer => {
  const { exitCode, stdout } = Bun.spawnSync(command);
  expect(exitCode).toBe(0);
  return stdout;
};

async function pack(files: readonly { name: string; content: Uint8Array }[]): Promise<Buffer> {
  async function* entries() {
    for (const { name, content } of files) yield { name, size: content.byteLength, content: chunked(content, 700) };
  }
  return Buffer.concat(await Array.fromAsync(packTar(entries(), 0)));
}

test('whatever is packed comes out again, however the bytes arrive', async () => {
  const segment = stringMatching(/^[a-zäß0-9._-]{1,40}$/);
  const name = array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const file = record({ name, content: uint8Array({ maxLength: 2000 }) });
  await assert(
    asyncProperty(array(file, { maxLength: 5 }), integer({ min: 1, max: 1500 }), async (files, size) => {
      const packed = await pack(files);
      const found: { name: string; content: Uint8Array }[] = [];
      for await (const entry of unpackTar(chunked(packed, size)))
        found.push({ name: entry.name, content: new Uint8Array(Buffer.concat(await Array.fromAsync(entry.content))) });
      expect(found).toEqual(files.map((each) => ({ ...each, content: new Uint8Array(each.content) })));
    }),
    { numRuns: 50 },
  );
});

test('a size beyond eleven octal digits survives, and a reader that stops lets go of the source', async () => {
  const size = 9 * 2 ** 30;
  let held = true;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(2 ** 16);
    } finally {
      held = false;
    }
  }
  const packed = packTar(
    (async function* () {
      yield { name: 'a', size, content: endless() };
    })(),
    0,
  );
  for await (const entry of unpackTar(packed)) {
    expect(entry).toMatchObject({ name: 'a', size });
    break;
  }
  await until(() => !held);
});

test('a file that is shorter or longer than it said is refused', async () => {
  for (const length of [0, 9, 11, 5000]) {
    const packing = packTar(
      (async function* () {
        yield { name: 'a', size: 10, content: chunked(new Uint8Array(length), 4) };
      })(),
      0,
    );
    await expect(Array.fromAsync(packing)).rejects.toThrow('changed while');
  }
});

test('an archive that is cut off anywhere, or goes on behind its end, is refused', async () => {
  const packed = await pack([{ name: 'a', content: new Uint8Array(700) }]);
  const read = async (bytes: Uint8Array): Promise<void> => {
    for await (const entry of unpackTar(chunked(bytes, 300))) for await (const _ of entry.content);
  };
  await read(packed);
  for (const length of [0, 1, 511, 512, 800, 1300, 1536, 2048, packed.byteLength - 1])
    await expect(read(packed.subarray(0, length))).rejects.toBeInstanceOf(BackupError);
  for (const more of ['x', 'x'.repeat(5000)])
    await expect(read(Buffer.concat([packed, Buffer.from(more)]))).rejects.toBeInstanceOf(BackupError);
});

test('what is packed is an archive to the tar of the system, also with a long path, and the other way round', async () => {
  using folder = temporaryFolder();
  const files = [
    { name: 'hearth.db', content: Buffer.alloc(3000, 'h') },
    { name: `blobs/${'a'.repeat(120)}/${'b'.repeat(120)}`, content: Buffer.from('deep') },
  ];
  const [theirs, ours] = [join(folder.path, 'theirs'), join(folder.path, 'ours.tar')];
  mkdirSync(theirs);
  writeFileSync(ours, await pack(files));
  run('tar', '-xf', ours, '-C', theirs);
  for (const { name, content } of files) expect(readFileSync(join(theirs, name))).toEqual(content);

  const packed = run('tar', '--format=ustar', '-cf', '-', '-C', theirs, 'hearth.db');
  const entries = unpackTar(chunked(packed, 700));
  const { value } = await entries.next();
  expect(value).toMatchObject({ name: 'hearth.db', size: 3000 });
  if (value) expect(Buffer.concat(await Array.fromAsync(value.content))).toEqual(Buffer.alloc(3000, 'h'));
  expect(await entries.next()).toMatchObject({ done: true });
});

test('what nobody reads is not read ahead: neither side holds more than a few megabytes', async () => {
  let taken = 0;
  async function* zeros(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < 1024; at++) {
      taken += 2 ** 16;
      yield new Uint8Array(2 ** 16);
    }
  }
  const packed = packTar(
    (async function* () {
      yield { name: 'a', size: 2 ** 26, content: zeros() };
    })(),
    0,
  );
  for await (const entry of unpackTar(packed)) {
    let read = 0;
    for await (const part of entry.content) {
      read += part.byteLength;
      expect(taken - read).toBeLessThan(2 ** 24);
    }
    expect(read).toBe(2 ** 26);
  }
});
