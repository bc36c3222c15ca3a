import type { HearthError } from '@shared/kernel/result.ts';
import type { StreamItem } from '../modules/registry.ts';
import { StreamEnded } from '../modules/sse.ts';
import { ModuleGone } from './instance.ts';

/**
 * A module's generator that its host can end: whoever waits for the next event learns the reason at once, also where the
 * module does not answer any more.
 */
export class BoundStream implements AsyncGenerator<StreamItem, void, void> {
  readonly #inner: AsyncGenerator<StreamItem, void, void>;
  readonly #onClose: () => void;
  /** What a stream is told whose instance is gone. */
  readonly #gone: () => HearthError;
  #error: HearthError | undefined;
  #isOpen = true;
  #reject: ((error: StreamEnded) => void) | undefined;

  constructor(inner: AsyncGenerator<StreamItem, void, void>, gone: () => HearthError, onClose: () => void) {
    this.#inner = inner;
    this.#gone = gone;
    this.#onClose = onClose;
  }

  next(): Promise<IteratorResult<StreamItem, void>> {
    if (this.#error) return Promise.reject(new StreamEnded(this.#error));
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#inner.next().then(
        (result) => {
          if (result.done) this.#close();
          resolve(result);
        },
        (error: unknown) => {
          this.#close();
          reject(error instanceof ModuleGone ? new StreamEnded(this.#gone()) : error);
        },
      );
    });
  }

  async return(): Promise<IteratorResult<StreamItem, void>> {
    this.#close();
    await this.#leave();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<StreamItem, void>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the stream with this error. */
  end(error: HearthError): void {
    if (!this.#isOpen) return;
    this.#error = error;
    this.#close();
    this.#reject?.(new StreamEnded(error));
    void this.#leave();
  }

  async #leave(): Promise<void> {
    try {
      await this.#inner.return();
    } catch (error) {
      if (!(error instanceof ModuleGone)) throw error;
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose();
  }
}
