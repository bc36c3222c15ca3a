import type { Timers } from './timers.ts';

/** Watches that the other side is still there: any frame counts as life, silence is answered by a ping. */
export interface Liveness {
  beat(): void;
  /** Asks at once: the machine may have slept. */
  probe(): void;
  stop(): void;
}

export interface LivenessDeps {
  timers: Timers;
  /** Milliseconds of silence before a ping. */
  interval: number;
  /** Milliseconds that the answer may take. */
  timeout: number;
  ping(): void;
  dead(): void;
}

export function createLiveness({ timers, interval, timeout, ping, dead }: LivenessDeps): Liveness {
  let last = timers.now();
  let waiting = false;
  let cancel = () => {};

  // Not set anew with each frame: the timer looks at the last one when it fires.
  const listen = (ms: number) => {
    cancel = timers.after(ms, () => {
      const silent = timers.now() - last;
      if (silent < interval) listen(interval - silent);
      else probe();
    });
  };

  function probe() {
    if (waiting) return;
    waiting = true;
    cancel();
    cancel = timers.after(timeout, dead);
    ping();
  }

  listen(interval);
  return {
    beat() {
      last = timers.now();
      if (!waiting) return;
      waiting = false;
      cancel();
      listen(interval);
    },
    probe,
    stop: () => cancel(),
  };
}
