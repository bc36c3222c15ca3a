import type { z } from 'zod';
import { fail, Invalid } from '@shared/kernel/errors.ts';
import type { Err, Issue } from '@shared/kernel/result.ts';

/** Limits that a client may show; never the refused value itself. */
const telling = ['minimum', 'maximum', 'format', 'expected', 'keys', 'values'] as const;

const issueOf = (issue: z.core.$ZodIssue): Issue => {
  const params: Record<string, unknown> = {};
  for (const name of telling) {
    const value = (issue as unknown as Record<string, unknown>)[name];
    if (value !== undefined) params[name] = typeof value === 'bigint' ? Number(value) : value;
  }
  return {
    path: issue.path.map(String).join('.'),
    code: issue.code ?? 'invalid',
    ...(Object.keys(params).length > 0 ? { params } : {}),
  };
};

/** The refusal of an input: where and why, without echoing what was sent. */
export const invalid = (error: z.ZodError): Err =>
  fail(Invalid, undefined, { issues: error.issues.slice(0, 20).map(issueOf) });
