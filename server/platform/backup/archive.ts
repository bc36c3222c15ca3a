import { closeSync, createReadStream, createWriteStream, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { reasonOf } from '../data-folder-error.ts';
import { archivedName, restoredPath } from './archived-name.ts';
import { BackupError } from './backup-error.ts';
import { type BackedUpFile, type Manifest, MANIFEST, MAX_MANIFEST, parseManifest, writeManifest } from './manifest.ts';
import { packTar, type TarFile, unpackTar } from './tar.ts';

/** A file as it goes into an archive. */
export interface Source {
  /** Relative to the data folder, with `/`. */
  name: string;
  path: string;
  size: number;
}

export type ManifestFacts = Omit<Manifest, 'format' | 'files'>;

const syncFile = (file: string): void => {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

const contentOf = (source: Source): AsyncIterable<Uint8Array> =>
  source.size === 0 ? Readable.from([]) : createReadStream(source.path, { end: source.size - 1 });

/** The content once more, as long as it is what it was when its digest was taken. */
async function* unchanged(source: Source, { sha256 }: BackedUpFile): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  for await (const chunk of contentOf(source)) {
    digest.update(chunk);
    yield chunk;
  }
  if (digest.digest('hex') !== sha256)
    throw new BackupError('storage', `${JSON.stringify(source.name)} changed while it was being backed up: try again`);
}

const describe = async (source: Source): Promise<BackedUpFile> => {
  const digest = createHash('sha256');
  for await (const chunk of contentOf(source)) digest.update(chunk);
  return { ...archivedName(source.name), size: source.size, sha256: digest.digest('hex') };
};

/** Writes a new archive, durably, mode 0600. Leaves a partial file behind when it throws: the caller removes it. */
export async function writeArchive(
  target: string,
  facts: ManifestFacts,
  sources: readonly Source[],
  signal?: AbortSignal,
): Promise<void> {
  const described: { source: Source; file: BackedUpFile }[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    described.push({ source, file: await describe(source) });
  }
  const manifest = Buffer.from(writeManifest({ ...facts, files: described.map(({ file }) => file) }));
  async function* entries(): AsyncGenerator<TarFile> {
    yield { name: MANIFEST, size: manifest.byteLength, content: Readable.from([manifest]) };
    for (const { source, file } of described)
      yield { name: file.name, size: source.size, content: unchanged(source, file) };
  }
  await pipeline(
    Readable.from(packTar(entries(), facts.createdAt)),
    createGzip(),
    createWriteStream(target, { flags: 'wx', mode: 0o600 }),
    { signal },
  );
  syncFile(target);
}

async function* gunzipped(file: string): AsyncGenerator<Uint8Array> {
  const compressed = createReadStream(file);
  const plain = createGunzip();
  // Errors of both come out at the reading end.
  pipeline(compressed, plain).catch((error: unknown) => plain.destroy(error as Error));
  try {
    yield* plain;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_'))
      throw new BackupError('storage', `${file} cannot be read: ${reasonOf(error)}`, { cause: error });
    const what = code === 'Z_BUF_ERROR' ? 'it ends too early' : 'it is no backup of Hearth, or was changed';
    throw new BackupError('invalid', `The backup is damaged: ${what}`, { cause: error });
  } finally {
    compressed.destroy();
    plain.destroy();
  }
}

const readManifest = async (entry: TarFile): Promise<Manifest> => {
  if (entry.name !== MANIFEST || entry.size > MAX_MANIFEST)
    throw new BackupError('invalid', 'The file is no backup of Hearth: it does not begin with a manifest');
  const parts: Uint8Array[] = [];
  for await (const part of entry.content) parts.push(part);
  return parseManifest(Buffer.concat(parts).toString('utf8'));
};

const extract = async (entry: TarFile, expected: BackedUpFile, folder: string): Promise<void> => {
  if (entry.name !== expected.name || entry.size !== expected.size)
    throw new BackupError(
      'invalid',
      `The backup is damaged: ${JSON.stringify(entry.name)} is not what its manifest says`,
    );
  const path = join(folder, restoredPath(expected));
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const digest = createHash('sha256');
  async function* digested(): AsyncGenerator<Uint8Array> {
    for await (const part of entry.content) {
      digest.update(part);
      yield part;
    }
  }
  await pipeline(digested, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  if (digest.digest('hex') !== expected.sha256)
    throw new BackupError('invalid', `The backup is damaged: the content of ${expected.name} was changed`);
  syncFile(path);
};

/**
 * Unpacks an archive into an empty folder: exactly the files of its manifest, each with its length and digest, and
 * nothing outside the folder. `admit` may refuse by the manifest before anything is written. Throws BackupError.
 */
export async function readArchive(
  file: string,
  folder: string,
  admit: (manifest: Manifest) => void,
): Promise<Manifest> {
  let manifest: Manifest | undefined;
  let done = 0;
  for await (const entry of unpackTar(gunzipped(file))) {
    if (!manifest) {
      manifest = await readManifest(entry);
      admit(manifest);
      continue;
    }
    const expected = manifest.files[done++];
    if (!expected) throw new BackupError('invalid', 'The backup is damaged: it holds more than its manifest says');
    await extract(entry, expected, folder);
  }
  if (!manifest || done < manifest.files.length)
    throw new BackupError('invalid', 'The backup is damaged: it holds less than its manifest says');
  return manifest;
}
