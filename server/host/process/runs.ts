/** The calls, streams and peers that run in an instance, by the id under which the module acts for their callers. */
export class Runs {
  readonly #running = new Set<string>();
  #onIdle: (() => void) | undefined;

  get size(): number {
    return this.#running.size;
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  begin(id: string): void {
    this.#running.add(id);
  }

  end(id: string): void {
    this.#running.delete(id);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
