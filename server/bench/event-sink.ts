import type { Socket } from 'bun';

/** Events that a lot of streams received together. */
export interface EventTally {
  events: number;
}

export interface EventSinkOptions {
  port: number;
  path: string;
  token?: string | undefined;
  tally: EventTally;
  onChunk?: ((chunk: Buffer) => void) | undefined;
}

/** What each event has once. */
const MARK = 'data: ';

/** A reader of server-sent events as cheap as it gets: it counts them and looks at nothing else. */
class EventSink {
  readonly #options: EventSinkOptions;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  /** Letters of the mark at the end of the chunk before. */
  #begun = 0;
  #answered = false;

  constructor(options: EventSinkOptions, resolve: () => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  opened(socket: Socket<EventSink>): void {
    const { path, port, token } = this.#options;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n` +
        `${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`,
    );
  }

  failed(error: Error): void {
    this.#reject(error);
  }

  read(chunk: Buffer): void {
    const { tally, onChunk } = this.#options;
    if (!this.#answered) {
      const status = chunk.toString('latin1', 0, 12);
      if (status !== 'HTTP/1.1 200') return this.#reject(new Error(status));
      this.#answered = true;
      this.#resolve();
    }
    if (this.#begun > 0 && chunk.toString('latin1', 0, MARK.length - this.#begun) === MARK.slice(this.#begun))
      tally.events++;
    for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + MARK.length)) tally.events++;
    this.#begun = 0;
    const end = chunk.toString('latin1', Math.max(0, chunk.byteLength - MARK.length + 1));
    for (let k = end.length; k > 0 && this.#begun === 0; k--) if (end.endsWith(MARK.slice(0, k))) this.#begun = k;
    onChunk?.(chunk);
  }
}

const handlers = {
  open: (socket: Socket<EventSink>) => socket.data.opened(socket),
  data: (socket: Socket<EventSink>, chunk: Buffer) => socket.data.read(chunk),
  error: (socket: Socket<EventSink>, error: Error) => socket.data.failed(error),
  close: (socket: Socket<EventSink>) => socket.data.failed(new Error('closed')),
};

/** Opens a stream; resolves when its answer has begun. */
export const openEventSink = (options: EventSinkOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const data = new EventSink(options, resolve, reject);
    Bun.connect({ hostname: '127.0.0.1', port: options.port, data, socket: handlers }).catch(reject);
  });
