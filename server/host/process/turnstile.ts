/**
 * Lets one through in a turn of the event loop, and those who come after in the turns that follow, in order. For work that
 * holds up everybody while it runs: between two turns the others have theirs.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  /** Somebody went through in this turn. */
  #isTurning = false;

  /** Undefined for who may go at once; else resolves when they may. */
  pass(): Promise<void> | undefined {
    if (this.#isTurning) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#turn();
    return undefined;
  }

  #turn(): void {
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      const next = this.#waiting.shift();
      if (!next) return;
      this.#turn();
      next();
    });
  }
}
