import { expect, test } from 'bun:test';
import { array, assert, asyncProperty, integer, record, stringMatching, uint8Array } from 'fast-check';
import { packTar, unpackTar } from '../../server/platform/backup/tar.ts';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

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

test('a size beyond eleven octal digits survives', async () => {
  const size = 9 * 2 ** 30;
  const headers = packTar(
    (async function* () {
      yield { name: 'a', size, content: chunked(new Uint8Array(0), 1) };
    })(),
    0,
  );
  const { value } = await headers.next();
  const entry = await unpackTar(chunked(value as Uint8Array, 512)).next();
  expect(entry.value).toMatchObject({ name: 'a', size });
});

test('a file that is not as long as it said is refused', async () => {
  const packing = packTar(
    (async function* () {
      yield { name: 'a', size: 10, content: chunked(new Uint8Array(9), 4) };
    })(),
    0,
  );
  await expect(Array.fromAsync(packing)).rejects.toThrow('changed while');
});

test('a path that the format cannot hold is refused', async () => {
  await expect(pack([{ name: 'x'.repeat(101), content: new Uint8Array(0) }])).rejects.toThrow('too long');
});
