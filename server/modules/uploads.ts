import type { FilesSpec, InputSchema } from '@shared/kernel/contract.ts';
import { BadForm, fail, Stalled, TooLarge } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { TemporaryFiles } from '../platform/temporary-files.ts';
import type { ReceivedFile } from './context.ts';
import { createFormReader, type Form, type FormReaderOptions } from './multipart.ts';
import { inputOfQuery } from './query-input.ts';
import { BODY_LIMIT } from './read-input.ts';

/** Milliseconds without a byte after which an upload is given up. */
const STALL = 60_000;
/** Bytes of a form beside its files: fields, boundaries, headers. */
const AROUND_FILES = 2 * BODY_LIMIT;

/** What a body holds. */
export interface Upload {
  input: unknown;
  files: readonly ReceivedFile[];
  /** Deletes those files that nobody moved away. */
  discard?(): Promise<void>;
}

export interface Uploads {
  /** Reads a multipart form. Where there is none in the end, nothing of it is left. */
  receive(request: Request, schema: InputSchema, limits: FilesSpec): Promise<Result<Upload>>;
}

export interface UploadsOptions {
  temporary: TemporaryFiles;
  clock: Clock;
  log: Logger;
}

/** Takes in forms with files. A file is never in memory as a whole, however slow the disk is. */
export function createUploads({ temporary, clock, log }: UploadsOptions): Uploads {
  const read = async (
    body: ReadableStream<Uint8Array>,
    most: number,
    options: Pick<FormReaderOptions, 'contentType' | 'limits'>,
  ): Promise<Result<Form>> => {
    const reader = body.getReader();
    let interrupt = (): void => {};
    const form = createFormReader({
      ...options,
      temporary,
      onRefused: () => interrupt(),
      onStorageError: (error) => log.error('an upload could not be stored', { error }),
    });
    /** The next piece; nothing at the end, and where the form was refused meanwhile. */
    const next = (): Promise<Uint8Array | undefined> =>
      new Promise((resolve, reject) => {
        const stalled = clock.setTimeout(() => void form.refuse(fail(Stalled)), STALL);
        interrupt = () => resolve(undefined);
        reader
          .read()
          .then(({ value }) => resolve(value), reject)
          .finally(() => stalled.cancel());
      });

    let size = 0;
    try {
      for (;;) {
        const chunk = await next();
        if (!chunk) return await form.end();
        size += chunk.byteLength;
        const refusal = size > most ? fail(TooLarge) : await form.write(chunk);
        if (refusal) return await form.refuse(refusal);
      }
    } catch {
      // The sender went away, or the transfer is not in the form that its headers say.
      return await form.refuse(fail(BadForm));
    } finally {
      // Settles once the rest has come, and that may never be.
      reader.cancel().catch(() => {});
    }
  };

  return {
    async receive(request, schema, limits) {
      const most = limits.maxBytes + AROUND_FILES;
      if (Number(request.headers.get('content-length') ?? 0) > most)
        return fail(TooLarge, { maximum: limits.maxBytes });
      if (!request.body) return fail(BadForm);
      const contentType = request.headers.get('content-type') ?? '';
      const done = await read(request.body, most, { contentType, limits });
      if (!done.ok) return done;
      const { fields, files } = done.data;
      return ok({
        input: inputOfQuery(schema, fields),
        files,
        discard: async () => void (await Promise.all(files.map(({ path }) => temporary.remove(path)))),
      });
    },
  };
}
