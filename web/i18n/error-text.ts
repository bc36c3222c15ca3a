import type { HearthError, Issue } from '@shared/kernel/result.ts';
import type { Params } from './translate.ts';

type Text = (key: string, params?: Params) => string | undefined;

/** The translated sentence of an error code; of an unknown code (a newer server, a module) the server's own sentence. */
export function errorText(error: HearthError, text: Text): string {
  if (error.retryAfter !== undefined && error.code === 'request.rate_limited') {
    const waiting = text('errors.waitSeconds', { count: Math.ceil(error.retryAfter) });
    if (waiting) return waiting;
  }
  return text(`errors.${error.code}`, error.params) ?? error.message;
}

/** The sentence for a refused value, from zod's issue code and limits: `too_small` of a string is about its length. */
export function issueText(issue: Pick<Issue, 'code' | 'params'>, text: Text): string {
  const given = issue.params ?? {};
  const kind = given['format'] ?? given['origin'] ?? 'string';
  const limit = given['minimum'] ?? given['maximum'];
  const params = { count: typeof limit === 'number' ? limit : Number(limit ?? 0) };
  return (
    text(`issues.${issue.code}.${String(kind)}`, params) ??
    text(`issues.${issue.code}`, params) ??
    text('issues.custom') ??
    ''
  );
}
