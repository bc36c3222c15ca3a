import type { z } from 'zod';
import { fail, Invalid } from '@shared/kernel/errors.ts';
import type { Err, Issue, Result } from '@shared/kernel/result.ts';

/** Limits that a client may show; never the refused value itself. */
const telling = ['origin', 'minimum', 'maximum', 'format', 'expected', 'values'] as const;

/** Issues, and names that the sender made up, go back in this number and length: an answer is no echo. */
const MOST = 20;
const NAME_LENGTH = 100;

const short = (name: string): string => name.slice(0, NAME_LENGTH);

const issueOf = (issue: z.core.$ZodIssue): Issue => {
  const params: Record<string, unknown> = {};
  for (const name of telling) {
    const value = (issue as unknown as Record<string, unknown>)[name];
    if (value !== undefined) params[name] = typeof value === 'bigint' ? Number(value) : value;
  }
  if (issue.code === 'unrecognized_keys') params.keys = issue.keys.slice(0, MOST).map(short);
  return {
    path: issue.path.map((part) => short(String(part))).join('.'),
    code: issue.code ?? 'invalid',
    ...(Object.keys(params).length > 0 ? { params } : {}),
  };
};

/** The refusal of an input: where and why, without echoing what was sent. */
export const invalid = (error: z.ZodError): Err =>
  fail(Invalid, undefined, { issues: error.issues.slice(0, MOST).map(issueOf) });

/**
 * Holds a value from outside against a schema. Never throws, unlike zod: its checks of length compare whatever stands at
 * `length`, and `{ length: { toString: {} } }` cannot be compared.
 */
export function validate<T>(schema: z.ZodType<T>, value: unknown): Result<T> {
  let parsed: z.ZodSafeParseResult<T>;
  try {
    parsed = schema.safeParse(value);
  } catch {
    return fail(Invalid);
  }
  // `ok` would make an empty object of what is optional and was not given.
  return parsed.success ? { ok: true, data: parsed.data } : invalid(parsed.error);
}
