import type { Clock } from '@shared/client/types.ts';

/** A clock that runs so many times as fast as the machine's, for clients whose waits are not what a test looks at. */
export function hurriedClock(times: number): Clock {
  const begun = Date.now();
  return {
    now: () => begun + (Date.now() - begun) * times,
    setTimeout: (callback, ms) => setTimeout(callback, ms / times),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
}
