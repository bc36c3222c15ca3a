import type { CloseCode } from '@shared/hub/close-codes.ts';
import type { ErrorDef } from '@shared/kernel/errors.ts';
import type { Version } from './version.ts';

/** Versions that nobody reaches any more and that let their last calls finish. */
export class Departures {
  readonly #leaving = new Map<Version, Promise<void>>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** Closes connections and streams of a version, saying why, and gives its calls so many milliseconds. */
  leave(version: Version, reason: ErrorDef, code: CloseCode, patience: number): void {
    const left = version
      .retire({ reason, code, patience })
      .catch(this.#failed)
      .then(() => void this.#leaving.delete(version));
    this.#leaving.set(version, left);
  }

  /** Resolves when all have left. */
  async over(): Promise<void> {
    await Promise.all(this.#leaving.values());
  }

  /** Waits for nobody's calls any more. */
  async hurry(): Promise<void> {
    await Promise.all([...this.#leaving.keys()].map((version) => version.end(0).catch(this.#failed)));
  }
}
