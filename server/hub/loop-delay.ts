import type { Clock, Timer } from '../platform/clock.ts';
import type { Statistics } from './statistics.ts';

/** Milliseconds between two looks. */
const EVERY = 500;

/** Measures how late a timer comes: that long everything else had to wait, too. */
export function watchLoop(clock: Clock, statistics: Statistics): Timer {
  let due = statistics.now() + EVERY;
  return clock.setInterval(() => {
    const now = statistics.now();
    statistics.loopDelay.observe(Math.max(0, now - due) / 1000, now);
    due = now + EVERY;
  }, EVERY);
}
