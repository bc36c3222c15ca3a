import type { Result } from '@shared/kernel/result.ts';
import type { StreamSource } from '../modules/sse.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds after which a stream that failed is begun again. */
const RETRY = 5000;

export interface BroadcastOptions {
  clock: Clock;
  /** Begins a stream of the module, which the signal ends. */
  open: (stream: string, signal: AbortSignal) => Promise<Result<StreamSource>>;
  publish: (event: string, data: unknown) => void;
}

/**
 * A stream of a module that runs once for all who receive the module's channel, and only while anybody does. Where it fails
 * it is begun again after a while; one that came to its end is not, until somebody is there anew.
 */
export class Broadcast {
  readonly #options: BroadcastOptions;
  #stream: string | null = null;
  #isOccupied = false;
  #running: AbortController | undefined;
  #retry: Timer | undefined;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  /** This stream of a version that serves is it from now on; null: there is none, or no version serves. */
  of(stream: string | null): void {
    this.#stream = stream;
    this.#begin();
  }

  /** Whether anybody receives the channel from now on. */
  occupied(isOccupied: boolean): void {
    this.#isOccupied = isOccupied;
    this.#begin();
  }

  #begin(): void {
    this.#retry?.cancel();
    this.#running?.abort(new DOMException('Nobody receives it any more', 'AbortError'));
    this.#running = undefined;
    if (this.#stream === null || !this.#isOccupied) return;
    const run = (this.#running = new AbortController());
    void this.#run(this.#stream, run.signal).then((isOver) => {
      if (!isOver && run === this.#running) this.#retry = this.#options.clock.setTimeout(() => this.#begin(), RETRY);
    });
  }

  /** Resolves with whether the stream came to its end. What it fails of stands in the module's log already. */
  async #run(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      // Not before a version that just begins to serve lets calls in.
      await Promise.resolve();
      if (signal.aborted) return true;
      const opened = await this.#options.open(name, signal);
      if (!opened.ok) return false;
      const stream = opened.data;
      const leave = (): void => void stream.return().catch(() => undefined);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
      for await (const { event, data } of stream) {
        if (signal.aborted) break;
        this.#options.publish(event, data);
      }
      return true;
    } catch {
      return false;
    }
  }
}
