import { z } from 'zod';
import type { ContentKind } from '@shared/kernel/content.ts';
import { fail, Internal } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { acceptContent, RefusedContent } from './content.ts';
import type { HostApi } from './instance.ts';

const Failure = z.object({
  code: z.string().max(100),
  message: z.string().max(500),
  retryable: z.boolean(),
  params: z.record(z.string(), z.union([z.string().max(1000), z.number()])).optional(),
  issues: z
    .array(z.object({ path: z.string(), code: z.string(), params: z.record(z.string(), z.unknown()).optional() }))
    .max(100)
    .optional(),
  retryAfter: z.number().nonnegative().optional(),
});

/** Reads what a module answers. What is no answer becomes `server.internal`, and a line of the module's log. */
export class Answers {
  readonly #log: HostApi['log'];
  readonly #folder: string;

  /** `folder` is where the module's files lie: those that it may answer with. */
  constructor(log: HostApi['log'], folder: string) {
    this.#log = log;
    this.#folder = folder;
  }

  read<T>(what: string, told: unknown): Result<T> {
    if (typeof told !== 'object' || told === null || !('ok' in told))
      return this.fault(`${what} answered with no result`);
    if (told.ok === true) return { ok: true, data: ('data' in told ? told.data : undefined) as T };
    const failure = Failure.safeParse('error' in told ? told.error : undefined);
    return failure.success
      ? ({ ok: false, error: failure.data } as Result<T>)
      : this.fault(`${what} answered with no result`);
  }

  readReply(what: string, result: Result<unknown>): Result<string | null> {
    if (!result.ok) return result;
    const { data } = result;
    return typeof data === 'string' || data === null ? ok(data) : this.fault(`${what} answered with no text`);
  }

  async content(what: string, kind: ContentKind, told: unknown): Promise<Result<unknown>> {
    try {
      return ok(await acceptContent(kind, told, this.#folder));
    } catch (error) {
      if (!(error instanceof RefusedContent)) throw error;
      return this.fault(`${what}: ${error.message}`);
    }
  }

  fault(text: string): Result<never> {
    this.#log('error', text);
    return fail(Internal);
  }
}
