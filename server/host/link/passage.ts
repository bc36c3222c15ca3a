/**
 * What comes over a link piece by piece, seen from its reader: it goes on until its sender ends it, well or not, or its
 * reader leaves. One reader waits at a time.
 */
export class Passage {
  readonly #faultOf: (text: string) => Error;
  #state: 'open' | 'ended' | 'left' = 'open';
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  /** `faultOf` makes the error of a reason that the sender gave. */
  constructor(faultOf: (text: string) => Error) {
    this.#faultOf = faultOf;
  }

  get state(): 'open' | 'ended' | 'left' {
    return this.#state;
  }

  /** The sender ended it: with a reason where it broke off, with an Error where the link is gone. */
  end(fault?: string | Error): void {
    if (this.#state === 'open') {
      this.#state = 'ended';
      this.#fault = typeof fault === 'string' ? this.#faultOf(fault) : fault;
    }
    this.wake();
  }

  /** Nobody reads on. False where it was over anyway. */
  leave(): boolean {
    if (this.#state !== 'open') return false;
    this.#state = 'left';
    this.wake();
    return true;
  }

  /** Why it broke off; told once. */
  takeFault(): Error | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  /** There is something new for whoever waits. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves when something came, or it is over. */
  change(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}
