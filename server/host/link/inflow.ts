/** The reader's side of a stream: counts what is under way and tells the sender when some of it was taken. */
export class Inflow {
  readonly #window: number;
  readonly #grant: (amount: number) => void;
  #outstanding = 0;
  #taken = 0;

  constructor(window: number, grant: (amount: number) => void) {
    this.#window = window;
    this.#grant = grant;
  }

  /** Whether the sender was allowed to send this: it had room when it began. */
  arrive(amount: number): boolean {
    const allowed = this.#outstanding < this.#window;
    this.#outstanding += amount;
    return allowed;
  }

  /** The reader took so much. The sender hears of it in portions. */
  take(amount: number): void {
    this.#taken += amount;
    if (this.#taken < this.#window / 4) return;
    this.#outstanding -= this.#taken;
    this.#grant(this.#taken);
    this.#taken = 0;
  }
}
