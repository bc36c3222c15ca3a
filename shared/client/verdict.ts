import { RefreshRefused } from '../auth/errors.ts';
import { closeCodes, comesBack } from '../hub/close-codes.ts';
import { Forbidden, fail, Unreachable } from '../kernel/errors.ts';
import type { HearthError } from '../kernel/result.ts';
import type { Answer } from './http.ts';

/**
 * What follows from a connection that ended. wait: come back after a while · renew: the token first, then at once ·
 * refuse: coming back changes nothing · end: nor does it before somebody signs in.
 */
export interface Verdict {
  next: 'wait' | 'renew' | 'refuse' | 'end';
  reason: HearthError;
}

export const lost = (): HearthError => fail(Unreachable).error;

/** By the code of a close. */
export function ofClose(code: number): Verdict {
  if (code === closeCodes.tokenExpired) return { next: 'renew', reason: lost() };
  if (comesBack(code)) return { next: 'wait', reason: lost() };
  const ended = code === closeCodes.sessionEnded;
  const { error } = fail(ended ? RefreshRefused : Forbidden, { closeCode: code });
  return { next: ended || code === closeCodes.userDeactivated ? 'end' : 'refuse', reason: error };
}

/** By what the server says about letting us in. A token that was just renewed is not renewed again. */
export function ofAdmission({ result, status }: Answer, renewed: boolean): Verdict {
  // Let in, and yet there was no socket: something between does not let it pass.
  if (result.ok) return { next: 'wait', reason: lost() };
  const reason = result.error;
  if (reason.retryable) return { next: 'wait', reason };
  if (status === 401) return { next: renewed ? 'end' : 'renew', reason };
  return { next: status === 403 ? 'refuse' : 'wait', reason };
}

/** By the outcome of renewing, or of another call that had to come first. */
export const ofFailure = (reason: HearthError): Verdict => ({ next: reason.retryable ? 'wait' : 'end', reason });
