/** Lets so many pieces of work into each turn of the event loop, in their order: a crowd does not keep others waiting. */
export class Turns {
  readonly #most: number;
  #left: number;
  #waiting: (() => void)[] = [];
  #isCounting = false;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Resolves when it is this one's turn; undefined when that is now. */
  take(): Promise<void> | undefined {
    this.#count();
    if (this.#left > 0) {
      this.#left--;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => {
      this.#isCounting = false;
      const next = this.#waiting.splice(0, this.#most);
      this.#left = this.#most - next.length;
      if (next.length > 0) this.#count();
      for (const resolve of next) resolve();
    });
  }
}
