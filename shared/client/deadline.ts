import { Aborted, TimedOut, Unreachable } from '../kernel/errors.ts';
import type { ErrorDef } from '../kernel/errors.ts';
import type { Timers } from './timers.ts';

export type Outcome<T> = { value: T } | { failed: ErrorDef };

/**
 * Runs work that may hang or reject and always settles: with its value, `network.timeout` after `ms`,
 * `network.aborted` as soon as one of the signals aborts, `network.unreachable` when it rejects. The signal that the
 * work receives aborts whenever the answer is no longer wanted.
 */
export function withDeadline<T>(
  timers: Timers,
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const own = new AbortController();
    const settle = (outcome: Outcome<T>) => {
      cancel();
      for (const signal of signals) signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const give = (failed: ErrorDef) => {
      settle({ failed });
      own.abort();
    };
    const onAbort = () => give(Aborted);
    const cancel = timers.after(ms, () => give(TimedOut));
    for (const signal of signals) signal?.addEventListener('abort', onAbort);
    if (signals.some((signal) => signal?.aborted)) return onAbort();
    work(own.signal).then(
      (value) => settle({ value }),
      () => settle({ failed: Unreachable }),
    );
  });
}
