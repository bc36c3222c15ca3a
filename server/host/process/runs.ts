/**
 * What runs in an instance: calls, streams and peers by the id under which the module acts for their callers, and work of
 * the module's own.
 */
export class Runs {
  readonly #running = new Set<string>();
  #own = 0;
  #onIdle: (() => void) | undefined;

  get size(): number {
    return this.#running.size + this.#own;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  begin(id: string): void {
    this.#running.add(id);
  }

  end(id: string): void {
    this.#running.delete(id);
    this.#told();
  }

  /** Counts work that is done for no caller, until it settles. */
  async alone<T>(work: Promise<T>): Promise<T> {
    this.#own++;
    try {
      return await work;
    } finally {
      this.#own--;
      this.#told();
    }
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    if (this.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #told(): void {
    if (this.size === 0) this.#onIdle?.();
  }
}
