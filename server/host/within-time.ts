import type { Clock } from '../platform/clock.ts';

/** Settles as the work does, or, where that takes longer than so many milliseconds, as `late` says. */
export function withinTime<T>(clock: Clock, ms: number, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error as Error);
      }
    }, ms);
    work.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: Error) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
