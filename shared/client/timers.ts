import type { Clock } from './types.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
};

/** Every timer of one client, so that all of them can be removed at once. */
export interface Timers {
  /** Milliseconds UTC. */
  now(): number;
  /** Runs the callback once after `ms`; the answer cancels it. */
  after(ms: number, callback: () => void): () => void;
  /** Cancels all; later ones never start. */
  dispose(): void;
}

/** The longest delay that a 32-bit timer can hold. */
const LONGEST = 2 ** 31 - 1;

export function createTimers(clock: Clock): Timers {
  const waiting = new Set<() => void>();
  let disposed = false;
  return {
    now: () => clock.now(),
    after(ms, callback) {
      if (disposed) return () => {};
      const handle = clock.setTimeout(
        () => {
          waiting.delete(cancel);
          callback();
        },
        Math.min(Math.max(0, ms), LONGEST),
      );
      const cancel = () => {
        if (waiting.delete(cancel)) clock.clearTimeout(handle);
      };
      waiting.add(cancel);
      return cancel;
    },
    dispose() {
      disposed = true;
      for (const cancel of [...waiting]) cancel();
    },
  };
}
