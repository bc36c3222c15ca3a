import { isTooDeep } from '../../platform/json.ts';
import { Outflow } from './outflow.ts';
import { type LinkOptions, type Receiver, RemoteFault, type Request } from './exchange.ts';
import { pumpBody, pumpEvents } from './pump.ts';
import { FRAME, WINDOW } from './wire.ts';

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
  receiver: Receiver | undefined;
  answered: boolean;
  abandoned: boolean;
}

interface Answering {
  abort: AbortController;
  outflow: Outflow | undefined;
}

/** Milliseconds that a cancelled stream has for its `finally` until its end is told without it. */
const GRACE = 1000;
/** Requests that nobody waits for any more, until that is a fault of the side that does not end them. */
const MOST_ABANDONED = 1000;

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/**
 * Both ends of a link are the same: requests and notes go either way, many at once, and an answer may be followed by a
 * stream of events or bytes of which only a window is under way. Frames: JSON arrays beginning with their kind; `E<id>`
 * and lines of events; bytes behind an id of four bytes.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #answering = new Map<number, Answering>();
  #next = 0;
  #abandoned = 0;
  #pings: (() => void)[] = [];
  #closed: Error | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Requests of this side that have no end yet. */
  get pending(): number {
    return this.#asked.size;
  }

  /** Bytes that the other side has not taken yet. */
  get waiting(): number {
    return this.#options.wire.waiting();
  }

  request(method: string, params: unknown): Request {
    const id = ++this.#next;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const asked: Asked = { resolve, reject, receiver: undefined, answered: false, abandoned: false };
    if (this.#closed) reject(this.#closed);
    else {
      this.#asked.set(id, asked);
      this.#send(['q', id, method, params]);
    }
    const cancel = (): void => {
      if (this.#asked.has(id)) this.#send(['c', id, false]);
    };
    return {
      answer: promise,
      receive: (receiver) => {
        asked.receiver = receiver;
      },
      grant: (amount) => {
        if (this.#asked.has(id)) this.#send(['r', id, amount]);
      },
      cancel,
      abandon: () => {
        if (!this.#asked.has(id) || asked.abandoned) return;
        asked.abandoned = true;
        this.#send(['c', id, true]);
        if (++this.#abandoned > MOST_ABANDONED) this.#options.onFault('it does not end what was cancelled');
      },
    };
  }

  note(method: string, params: unknown): void {
    if (!this.#closed) this.#send(['n', method, params]);
  }

  /** Resolves when the other side's event loop came round to answer. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      this.#pings.push(resolve);
      this.#send(['p']);
    });
  }

  /** Takes a frame of the other side. */
  receive(data: string | Uint8Array): void {
    if (this.#closed) return;
    if (typeof data !== 'string') return this.#body(data);
    if (data.startsWith('E')) return this.#events(data);
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      return this.#broken();
    }
    if (!Array.isArray(frame)) return this.#broken();
    const [kind, id, first, second] = frame as unknown[];
    if (isTooDeep(data, frame)) return kind === 'a' ? this.#failed(id, 'It is nested too deeply') : this.#broken();
    switch (kind) {
      case 'q':
        if (!isId(id) || typeof first !== 'string') return this.#broken();
        if (this.#admit(data, 'request')) void this.#answer(id, first, second);
        return;
      case 'n':
        if (typeof id !== 'string') return this.#broken();
        if (this.#admit(data)) this.#options.note(id, first);
        return;
      case 'a':
        return this.#answered(id, first, second === true);
      case 'x':
        return this.#failed(id, String(first));
      case 'z':
        return this.#ended(id, typeof first === 'string' ? first : undefined);
      case 'c':
        if (!isId(id)) return this.#broken();
        if (this.#admit(data)) this.#cancelled(id, first === true);
        return;
      case 'r':
        if (!isId(id) || !isId(first)) return this.#broken();
        if (this.#admit(data)) this.#answering.get(id)?.outflow?.grant(first);
        return;
      case 'p':
        if (this.#admit(data)) this.#send(['o']);
        return;
      case 'o': {
        const waiter = this.#pings.shift();
        return waiter ? waiter() : this.#broken();
      }
      default:
        return this.#broken();
    }
  }

  /** Ends everything that is under way with this error. */
  close(error: Error): void {
    if (this.#closed) return;
    this.#closed = error;
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const each of asked)
      if (each.answered) each.receiver?.end(error);
      else each.reject(error);
    for (const { abort, outflow } of this.#answering.values()) {
      abort.abort(error);
      outflow?.cancel();
    }
  }

  #send(frame: readonly unknown[]): void {
    this.#sendText(JSON.stringify(frame));
  }

  #sendText(text: string): void {
    if (text.length * 3 > FRAME && Buffer.byteLength(text) > FRAME)
      throw new RangeError(`More than ${FRAME} bytes do not go over at once`);
    if (!this.#closed) this.#options.wire.send(text);
  }

  #broken(): void {
    this.#options.onFault('it broke the rules of the link');
  }

  #admit(data: string, kind: 'request' | 'note' = 'note'): boolean {
    if (this.#options.admit?.(data.length, kind) ?? true) return true;
    this.#options.onFault('a flood of messages');
    return false;
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    if (this.#answering.has(id)) return this.#broken();
    if (this.#answering.size >= this.#options.mostRequests) return this.#options.onFault('a flood of requests');
    const answering: Answering = { abort: new AbortController(), outflow: undefined };
    this.#answering.set(id, answering);
    const isOpen = (): boolean => this.#answering.get(id) === answering;
    const end = (last: readonly unknown[]): void => {
      if (!isOpen()) return;
      this.#send(last);
      this.#answering.delete(id);
    };
    try {
      const { value, events, body } = await this.#options.handle(method, params, answering.abort.signal);
      if (!events && !body) return end(['a', id, value]);
      const outflow = (answering.outflow = new Outflow(events ? WINDOW.events : WINDOW.body));
      if (isOpen()) this.#send(['a', id, value, true]);
      if (answering.abort.signal.aborted) outflow.cancel();
      if (events) await pumpEvents(events, outflow, (lines) => this.#sendText(`E${id}\n${lines}`));
      else if (body) await pumpBody(body, outflow, (chunk) => this.#sendBody(id, chunk));
      end(['z', id]);
    } catch (error) {
      end([answering.outflow ? 'z' : 'x', id, error instanceof Error ? error.message : String(error)]);
    }
  }

  #sendBody(id: number, chunk: Uint8Array): void {
    if (this.#closed) return;
    const frame = new Uint8Array(chunk.byteLength + 4);
    new DataView(frame.buffer).setUint32(0, id);
    frame.set(chunk, 4);
    this.#options.wire.send(frame);
  }

  #cancelled(id: number, abandoned: boolean): void {
    const answering = this.#answering.get(id);
    if (!answering) return;
    answering.abort.abort(new DOMException('The caller went away', 'AbortError'));
    answering.outflow?.cancel();
    const end = (): void => {
      if (this.#answering.get(id) !== answering) return;
      this.#answering.delete(id);
      this.#send([answering.outflow ? 'z' : 'a', id]);
    };
    if (abandoned) end();
    else if (answering.outflow) this.#options.clock.setTimeout(end, GRACE);
  }

  #answered(id: unknown, value: unknown, streams: boolean): void {
    const asked = isId(id) ? this.#asked.get(id) : undefined;
    if (!asked || asked.answered) return this.#broken();
    asked.answered = true;
    if (!streams) this.#forget(id as number, asked);
    asked.resolve(value);
    if (!streams) asked.receiver?.end();
    else if (!asked.receiver && !asked.abandoned) this.#broken();
  }

  #failed(id: unknown, text: string): void {
    const asked = isId(id) ? this.#asked.get(id) : undefined;
    if (!asked || asked.answered) return this.#broken();
    this.#forget(id as number, asked);
    asked.reject(new RemoteFault(text.slice(0, 4000)));
  }

  #ended(id: unknown, fault: string | undefined): void {
    const asked = isId(id) ? this.#asked.get(id) : undefined;
    if (!asked?.answered) return this.#broken();
    this.#forget(id as number, asked);
    asked.receiver?.end(fault);
  }

  #forget(id: number, asked: Asked): void {
    this.#asked.delete(id);
    if (asked.abandoned) this.#abandoned--;
  }

  #events(frame: string): void {
    const at = frame.indexOf('\n');
    const asked = this.#asked.get(Number(frame.slice(1, at)));
    if (at < 0 || !asked?.answered || !asked.receiver?.events) return this.#broken();
    if (!asked.receiver.events(frame.slice(at + 1))) this.#options.onFault('a flood of events');
  }

  #body(frame: Uint8Array): void {
    if (frame.byteLength < 4) return this.#broken();
    const asked = this.#asked.get(new DataView(frame.buffer, frame.byteOffset).getUint32(0));
    if (!asked?.answered || !asked.receiver?.body) return this.#broken();
    if (!asked.receiver.body(frame.subarray(4))) this.#options.onFault('a flood of bytes');
  }
}
