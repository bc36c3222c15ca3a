import type { Clock } from '../platform/clock.ts';
import { withinTime } from './within-time.ts';

/** Keeps calls waiting for a moment. */
export class Gate {
  readonly #clock: Clock;
  #closed: { opened: Promise<void>; open: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  close(): void {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#closed = { opened, open };
  }

  /** Lets everybody in who waits. */
  open(): void {
    this.#closed?.open();
    this.#closed = undefined;
  }

  /** Resolves when the gate is open, or after so many milliseconds; says whether it is. */
  async pass(milliseconds: number): Promise<boolean> {
    if (this.#closed) await withinTime(this.#clock, milliseconds, this.#closed.opened, () => {});
    return !this.isClosed;
  }
}
