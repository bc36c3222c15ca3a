import { ReadableStream as WebStream } from 'node:stream/web';
import { createTarDecoder, createTarPacker } from 'modern-tar';
import { reasonOf } from '../data-folder-error.ts';
import { BackupError } from './backup-error.ts';

/** A plain file in an archive: nothing else exists here, so that a foreign archive has no way to use it. */
export interface TarFile {
  /** Relative, with `/`. */
  name: string;
  /** Bytes; `content` yields exactly that many. */
  size: number;
  content: AsyncIterable<Uint8Array>;
}

/** Writes files as an archive. `mtime` in milliseconds. Fails with BackupError when a file is not as long as it said. */
export function packTar(files: AsyncIterable<TarFile>, mtime: number): ReadableStream<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const write = async (): Promise<void> => {
    for await (const { name, size, content } of files) {
      const entry = controller.add({ name, size, type: 'file', mode: 0o600, mtime: new Date(mtime) }).getWriter();
      let left = size;
      for await (const chunk of content) {
        left -= chunk.byteLength;
        if (left < 0) break;
        await entry.write(chunk);
      }
      if (left !== 0) throw new BackupError('storage', `${name} changed while it was being backed up: try again`);
      await entry.close();
    }
    controller.finalize();
  };
  // Errors come out at the reading end.
  write().catch((error: unknown) => controller.error(error));
  return readable;
}

/** What the library finds wrong is the archive's fault; what the source says itself stays as it is. */
async function* blamingArchive<T>(parts: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError('invalid', `The backup is damaged: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Reads an archive, file after file; the content of each must be read before the next is asked for. Throws BackupError
 * at the first thing that is not a plain file, when the archive ends too early, and when anything follows its end.
 * Names are as they stand there: the caller judges them.
 */
export async function* unpackTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const { readable, writable } = createTarDecoder({ strict: true });
  // Errors come out at the reading end.
  WebStream.from(source)
    .pipeTo(writable)
    .catch(() => undefined);
  for await (const { header, body } of blamingArchive(readable)) {
    const { name, size, type } = header;
    if (type !== 'file')
      throw new BackupError('invalid', `The backup is damaged: ${JSON.stringify(name)} is not a plain file`);
    yield { name, size, content: blamingArchive(body) };
  }
}
