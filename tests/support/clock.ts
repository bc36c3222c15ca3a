import type { Clock } from '../../server/platform/clock.ts';

interface Due {
  at: number;
  every?: number;
  callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now: number;
  readonly #due = new Set<Due>();

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  setTimeout = (callback: () => void, ms: number) => this.#add({ at: this.#now + ms, callback });

  setInterval = (callback: () => void, ms: number) => this.#add({ at: this.#now + ms, every: ms, callback });

  /** How many timers wait. */
  get pending(): number {
    return this.#due.size;
  }

  /** Moves on, running what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#due].filter((due) => due.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      if (next.every === undefined) this.#due.delete(next);
      else next.at += next.every;
      next.callback();
    }
    this.#now = end;
  }

  /** Moves on as while the machine sleeps: nothing runs, and what waited waits on as long as it had to. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const due of this.#due) due.at += ms;
  }

  #add(due: Due) {
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }
}
