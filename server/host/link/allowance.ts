/** How much may come in a second for long, and at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** What is used up drains with time; more than the burst at once is too much. */
export class Allowance {
  readonly #rate: Rate;
  #used = 0;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#at = now;
  }

  /** Whether so much more is within the rate. What is not does not count. */
  take(amount: number, now: number): boolean {
    const elapsed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#used = Math.max(0, this.#used - (elapsed * this.#rate.perSecond) / 1000);
    if (this.#used + amount > this.#rate.burst) return false;
    this.#used += amount;
    return true;
  }
}
