import { Inflow } from './inflow.ts';
import type { Receiver } from './exchange.ts';
import { Passage } from './passage.ts';
import { CHUNK_COST, WINDOW } from './wire.ts';

export interface RemoteBodyOptions {
  grant(amount: number): void;
  cancel(): void;
  faultOf(text: string): Error;
  onEnd(): void;
}

/** A body that comes over a link, as the stream of bytes that it was. */
export class RemoteBody implements Receiver {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #options: RemoteBodyOptions;
  readonly #inflow: Inflow;
  readonly #chunks: Uint8Array[] = [];
  readonly #passage: Passage;

  constructor(options: RemoteBodyOptions) {
    this.#options = options;
    this.#inflow = new Inflow(WINDOW.body, options.grant);
    this.#passage = new Passage(options.faultOf);
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.#pull(controller),
        cancel: () => this.leave(),
      },
      { highWaterMark: 0 },
    );
  }

  body(chunk: Uint8Array): boolean {
    if (!this.#inflow.arrive(chunk.byteLength + CHUNK_COST)) return false;
    if (this.#passage.state !== 'open') return true;
    // The runtime uses the frame's memory again.
    this.#chunks.push(chunk.slice());
    this.#passage.wake();
    return true;
  }

  end(fault?: string | Error): void {
    this.#options.onEnd();
    this.#passage.end(fault);
  }

  /** Nobody reads on. */
  leave(): void {
    if (!this.#passage.leave()) return;
    this.#chunks.length = 0;
    this.#options.cancel();
  }

  /** All of it, where it is at most so many bytes. Rejects where it is more or breaks off. */
  async whole(most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.stream) {
      size += chunk.byteLength;
      if (size > most) throw this.#options.faultOf(`more than the ${most} bytes that it announced`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#inflow.take(chunk.byteLength + CHUNK_COST);
        return controller.enqueue(chunk);
      }
      if (this.#passage.state === 'left') return;
      if (this.#passage.state === 'ended') {
        const fault = this.#passage.takeFault();
        return fault === undefined ? controller.close() : controller.error(fault);
      }
      await this.#passage.change();
    }
  }
}
