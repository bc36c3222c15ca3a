import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds before the next start, by the number of crashes in a row. */
const DELAYS = [1000, 2000, 4000] as const;
/** Crashes in a row after which nobody tries any more. */
const MOST = 3;
/** Milliseconds of good health that make the next crash the first one again. */
const HEALTHY = 60_000;

/** Counts how often a module has crashed in a row, and starts it again after a while. */
export class Restarts {
  readonly #clock: Clock;
  #count = 0;
  #beganAt: number | undefined;
  #next: { timer: Timer; at: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until the next attempt, at least one; undefined where none is planned. */
  get retryAfter(): number | undefined {
    return this.#next && Math.max(1, Math.ceil((this.#next.at - this.#clock.now()) / 1000));
  }

  /** It runs from now on. */
  began(): void {
    this.cancel();
    this.#beganAt = this.#clock.now();
  }

  /** One more crash. Answers with the milliseconds to wait, or undefined where it was one too many. */
  crashed(): number | undefined {
    const now = this.#clock.now();
    if (this.#beganAt !== undefined && now - this.#beganAt >= HEALTHY) this.#count = 0;
    this.#beganAt = undefined;
    this.#count++;
    return this.#count >= MOST ? undefined : DELAYS[this.#count - 1];
  }

  plan(delay: number, start: () => void): void {
    this.cancel();
    const timer = this.#clock.setTimeout(() => {
      this.#next = undefined;
      start();
    }, delay);
    this.#next = { at: this.#clock.now() + delay, timer };
  }

  cancel(): void {
    this.#next?.timer.cancel();
    this.#next = undefined;
  }

  /** What was before does not count: it is another version, or somebody wants it to be tried again. */
  forget(): void {
    this.#count = 0;
    this.#beganAt = undefined;
  }
}
