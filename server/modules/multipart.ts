import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { FilesSpec } from '@shared/kernel/contract.ts';
import { BadForm, fail, Invalid, StorageFailed, TooLarge } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import type { TemporaryFiles } from '../platform/temporary-files.ts';
import type { ReceivedFile } from './context.ts';
import { BODY_LIMIT } from './read-input.ts';

/** Fields of a form that are no files. */
const MOST_FIELDS = 1000;
/** Characters of a field's name. */
const MOST_NAME = 200;
/** Bytes of the headers of one part. */
const MOST_HEADER = 16 * 1024;
/** Bytes that a file system takes as a name. */
const MOST_FILE_NAME = 255;

/** What a form holds. */
export interface Form {
  fields: URLSearchParams;
  files: ReceivedFile[];
}

/** Takes a form in, piece by piece. A piece is not taken before the one before it is on its way to the disk. */
export interface FormReader {
  /** Resolves when the next piece may come; with the refusal where there will be no form. */
  write(chunk: Uint8Array): Promise<Err | undefined>;
  /** All has come. Files are complete and closed. */
  end(): Promise<Result<Form>>;
  /** Gives up for this reason, unless there was one before. Files are closed and deleted. */
  refuse(reason: Err): Promise<Err>;
}

export interface FormReaderOptions {
  contentType: string;
  limits: FilesSpec;
  temporary: TemporaryFiles;
  /** There will be no form, also where nothing was written since. */
  onRefused: () => void;
  /** Told why a file could not be stored. */
  onStorageError: (error: unknown) => void;
}

/** Control characters, and what turns the direction of the text that follows. */
const disguising = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** The last part of what a sender calls a file, as a name that any file system takes. */
const fileName = (given: string): string => {
  const name = given.slice(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1).replace(disguising, '');
  const short = Buffer.from(name)
    .subarray(0, MOST_FILE_NAME)
    .toString()
    .replace(/\ufffd+$/, '')
    .trim();
  return short === '' || short === '.' || short === '..' ? 'file' : short;
};

const typeOf = (given: string | undefined): string =>
  given !== undefined && /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(given) ? given : 'application/octet-stream';

/** Reads a `multipart/form-data` body whose files go to the disk as they come. */
export function createFormReader({
  contentType,
  limits,
  temporary,
  onRefused,
  onStorageError,
}: FormReaderOptions): FormReader {
  const fields = new URLSearchParams();
  const files: ReceivedFile[] = [];
  /** Of these, empty ones are what a browser sends where nobody chose a file. */
  const unnamed = new Set<ReceivedFile>();
  const storing = new Set<Promise<void>>();
  const streams = new Set<Readable>();
  let fieldBytes = 0;
  let fileBytes = 0;
  let refusal: Err | undefined;
  /** Goes on with whoever waits for a piece to be taken, or for the end. */
  let wake = (): void => {};

  const refuse = (reason: Err): void => {
    if (refusal) return;
    refusal = reason;
    for (const stream of streams) stream.destroy();
    wake();
    onRefused();
  };

  const onDisk = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!refusal) onStorageError(error);
      refuse(fail(StorageFailed));
      throw error;
    }
  };

  const store = async (stream: Readable, file: ReceivedFile): Promise<void> => {
    let handle: FileHandle | undefined;
    try {
      handle = await onDisk(open(file.path, 'w', 0o600));
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        file.size += chunk.byteLength;
        fileBytes += chunk.byteLength;
        if (fileBytes > limits.maxBytes) return refuse(fail(TooLarge, { maximum: limits.maxBytes }));
        await onDisk(handle.appendFile(chunk));
      }
    } catch {
      // Unless the reason stands already, the stream itself failed: its part of the form broke off.
      refuse(fail(BadForm));
    } finally {
      if (handle) await onDisk(handle.close()).catch(() => {});
    }
  };

  const takeFile = (field: string | undefined, stream: Readable, name: string, type: string | undefined): void => {
    // What happens to it is seen where it is read; unheard it would end the process.
    stream.on('error', () => {});
    if (field === undefined || field.length > MOST_NAME) refuse(fail(BadForm));
    if (refusal) return void stream.destroy();
    const file: ReceivedFile = {
      field: field ?? '',
      name: fileName(name),
      type: typeOf(type),
      size: 0,
      path: temporary.reserve(),
    };
    files.push(file);
    if (name === '') unnamed.add(file);
    streams.add(stream);
    const stored = store(stream, file).finally(() => {
      streams.delete(stream);
      storing.delete(stored);
    });
    storing.add(stored);
  };

  const takeField = (name: string | undefined, value: string, isCut: boolean): void => {
    if (name === undefined || name.length > MOST_NAME) return refuse(fail(BadForm));
    fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (isCut || fieldBytes > BODY_LIMIT) return refuse(fail(TooLarge));
    fields.append(name, value);
  };

  const isNone = (file: ReceivedFile): boolean => file.size === 0 && unnamed.has(file);

  const discard = async (): Promise<void> => {
    await Promise.all(storing);
    await Promise.all(files.map(({ path }) => temporary.remove(path)));
  };

  let isFinished = false;
  let form: BusboyInstance | undefined;
  try {
    form = new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fields: MOST_FIELDS,
        files: limits.maxCount,
        // Parts that are neither are passed over, but not for ever.
        parts: 2 * MOST_FIELDS,
        fieldSize: BODY_LIMIT,
        headerSize: MOST_HEADER,
      },
      preservePath: true,
    });
    form.on('file', (field, stream, name, _encoding, type) => takeFile(field, stream, name, type));
    form.on('field', (name, value, _isNameCut, isCut) => takeField(name, value, isCut));
    form.on('filesLimit', () =>
      refuse(
        fail(Invalid, undefined, {
          issues: [{ path: 'files', code: 'too_big', params: { origin: 'array', maximum: limits.maxCount } }],
        }),
      ),
    );
    form.on('partsLimit', () => refuse(fail(TooLarge)));
    form.on('fieldsLimit', () => refuse(fail(TooLarge)));
    form.on('error', () => refuse(fail(BadForm)));
    form.on('finish', () => {
      isFinished = true;
      wake();
    });
  } catch {
    // There is no boundary.
    refuse(fail(BadForm));
  }

  return {
    async write(chunk) {
      if (!refusal)
        await new Promise<void>((resolve) => {
          wake = resolve;
          form?.write(chunk, () => resolve());
        });
      return refusal;
    },
    async end() {
      if (!refusal && !isFinished)
        await new Promise<void>((resolve) => {
          wake = resolve;
          form?.end();
        });
      await Promise.all(storing);
      if (refusal) await discard();
      const [none, chosen] = [files.filter(isNone), files.filter((file) => !isNone(file))];
      await Promise.all(none.map(({ path }) => temporary.remove(path)));
      return refusal ?? ok({ fields, files: chosen });
    },
    async refuse(reason) {
      refuse(reason);
      await discard();
      return refusal ?? reason;
    },
  };
}
