import { JsonText } from '../../modules/sse.ts';
import { parseJson } from '../../platform/json.ts';
import type { StreamItem } from '../../modules/registry.ts';
import { Inflow } from './inflow.ts';
import type { Receiver } from './exchange.ts';
import { Passage } from './passage.ts';
import { WINDOW } from './wire.ts';

const ID_LENGTH = 256;

export interface RemoteEventsOptions {
  /** Names of the events in the order in which their indexes count. */
  names: readonly string[];
  grant(amount: number): void;
  /** Nobody reads on. */
  cancel(): void;
  /** What the reader's `next` rejects with where the stream did not come to its end. */
  faultOf(text: string): Error;
  /** Over, whoever ended it. */
  onEnd(): void;
}

/** Events that come over a link, as the generator that they were: read one by one, their data as the text that came. */
export class RemoteEvents implements AsyncGenerator<StreamItem, void, void>, Receiver {
  readonly #options: RemoteEventsOptions;
  readonly #inflow: Inflow;
  #frames: string[] = [];
  /** Where the next event begins in the first frame. */
  #at = 0;
  readonly #passage: Passage;

  constructor(options: RemoteEventsOptions) {
    this.#options = options;
    this.#inflow = new Inflow(WINDOW.events, options.grant);
    this.#passage = new Passage(options.faultOf);
  }

  events(lines: string): boolean {
    if (!this.#inflow.arrive(lines.length) || !lines.endsWith('\n')) return false;
    if (this.#passage.state !== 'open') return true;
    this.#frames.push(lines);
    this.#passage.wake();
    return true;
  }

  end(fault?: string | Error): void {
    this.#options.onEnd();
    this.#passage.end(fault);
  }

  async next(): Promise<IteratorResult<StreamItem, void>> {
    for (;;) {
      const item = this.#take();
      if (item) return { done: false, value: item };
      const fault = this.#passage.takeFault();
      if (fault) throw fault;
      if (this.#passage.state !== 'open') return { done: true, value: undefined };
      await this.#passage.change();
    }
  }

  return(): Promise<IteratorResult<StreamItem, void>> {
    if (this.#passage.leave()) {
      this.#frames = [];
      this.#options.cancel();
    }
    return Promise.resolve({ done: true, value: undefined });
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

  #take(): StreamItem | undefined {
    const frame = this.#frames[0];
    if (frame === undefined) return undefined;
    const end = frame.indexOf('\n', this.#at);
    const item = this.#parse(frame.slice(this.#at, end));
    this.#at = end + 1;
    if (this.#at >= frame.length) {
      this.#frames.shift();
      this.#at = 0;
      this.#inflow.take(frame.length);
    }
    return item;
  }

  #parse(line: string): StreamItem {
    const first = line.indexOf('\t');
    const second = line.indexOf('\t', first + 1);
    const event = this.#options.names[Number(line.slice(0, first))];
    const text = line.slice(second + 1);
    if (first < 0 || second < 0 || event === undefined || second - first > ID_LENGTH || !isJson(text)) {
      void this.return();
      throw this.#options.faultOf('an event is not in the form of events');
    }
    const data = new JsonText(text);
    return second === first + 1 ? { event, data } : { event, data, id: line.slice(first + 1, second) };
  }
}

// A carriage return between tokens would be JSON, and the end of a line in a stream of events.
const isJson = (text: string): boolean => {
  if (text.includes('\r')) return false;
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
};
