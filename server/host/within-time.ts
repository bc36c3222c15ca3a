import type { Clock } from '../platform/clock.ts';

/** Settles as the work does, or, where that takes longer than so many milliseconds, as `late` says. */
export async function withinTime<T>(clock: Clock, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = clock.setTimeout(() => {
    try {
      resolve(late());
    } catch (error) {
      reject(error as Error);
    }
  }, ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
  }
}
