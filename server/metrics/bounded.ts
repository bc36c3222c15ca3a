import type { Clock } from '../platform/clock.ts';

/**
 * A reading that answers null when it fails or takes longer than `ms`. While an earlier one hangs (a network file
 * system, a bus that does not answer) it is not started again, so that stuck readings do not pile up.
 */
export function bounded<T>(clock: Clock, ms: number, read: () => Promise<T | null>): () => Promise<T | null> {
  let running: Promise<T | null> | undefined;
  return () => {
    running ??= read()
      .catch(() => null)
      .finally(() => (running = undefined));
    return within(clock, ms, running);
  };
}

/** The promise's value, or null after `ms`. */
export function within<T>(clock: Clock, ms: number, promise: Promise<T | null>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = clock.setTimeout(() => late.resolve(null), ms);
  return Promise.race([promise, late.promise]).finally(() => timer.cancel());
}
