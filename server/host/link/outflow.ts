/** The sender's side of a stream: how much it may still send until the reader has taken some. */
export class Outflow {
  #room: number;
  #wake: (() => void) | undefined;
  #cancelled = false;
  /** Called once, when the reader wants no more. */
  onCancel: () => void = () => {};

  constructor(room: number) {
    this.#room = room;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  sent(amount: number): void {
    this.#room -= amount;
  }

  grant(amount: number): void {
    this.#room += amount;
    if (this.#room > 0) this.#wake?.();
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#wake?.();
    this.onCancel();
  }

  /** Undefined where there is room, or nobody who would read: send, or look at `cancelled`. Else resolves then. */
  ready(): Promise<void> | undefined {
    if (this.#room > 0 || this.#cancelled) return undefined;
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
