import type { Socket } from 'bun';

/** What a lot of sinks received together: cheaper than asking each of them. */
export interface Tally {
  /** Frames of at least 126 bytes; what is smaller keeps the connection going and is no delivery. */
  frames: number;
  bytes: number;
}

/** Looks at a text frame of `data`, whose payload lies between the two places. */
export type OnFrame = (data: Buffer, start: number, end: number) => void;

export interface SinkOptions {
  port: number;
  path: string;
  token?: string | undefined;
  tally: Tally;
  onFrame?: OnFrame | undefined;
}

/** `{"event":"`: the first letter of the event's name comes after it. */
export const NAME_AT = 10;
const PING = 'p'.charCodeAt(0);
const NOTHING = Buffer.alloc(0);
const PONG = JSON.stringify({ event: 'pong', channel: 'system', payload: {} });

/** A subscriber as cheap as it gets, so that a thousand fit on one core: it reads frame headers, counts and skips. */
export class Sink {
  readonly #options: SinkOptions;
  readonly #resolve: (sink: Sink) => void;
  readonly #reject: (error: Error) => void;
  #socket: Socket<Sink> | undefined;
  #upgraded = false;
  #rest: Buffer = NOTHING;
  #skip = 0;

  constructor(options: SinkOptions, resolve: (sink: Sink) => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  opened(socket: Socket<Sink>): void {
    const { path, port, token } = this.#options;
    this.#socket = socket;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}\r\n`,
    );
  }

  failed(error: Error): void {
    this.#reject(error);
  }

  send(text: string): void {
    const size = Buffer.byteLength(text);
    const header = size > 125 ? 8 : 6;
    const frame = Buffer.allocUnsafe(header + size);
    frame[0] = 0x81;
    frame[1] = 0x80 | (size > 125 ? 126 : size);
    if (size > 125) frame.writeUInt16BE(size, 2);
    // A mask of zeros masks nothing and is allowed.
    frame.writeUInt32BE(0, header - 4);
    frame.write(text, header);
    this.#socket?.write(frame);
  }

  close(): void {
    this.#socket?.end();
  }

  read(chunk: Buffer): void {
    const data = this.#rest.byteLength > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    if (!this.#upgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = data;
        return;
      }
      const head = data.subarray(0, end).toString();
      if (!head.startsWith('HTTP/1.1 101')) return this.#reject(new Error(head.split('\r\n')[0]));
      this.#upgraded = true;
      at = end + 4;
      this.#resolve(this);
    }
    at = this.#frames(data, at);
    this.#rest = at < data.byteLength ? Buffer.from(data.subarray(at)) : NOTHING;
  }

  /** Takes whole frames, or the heads of those that nobody looks at; answers where it stopped. */
  #frames(data: Buffer, from: number): number {
    const { tally, onFrame } = this.#options;
    const { byteLength } = data;
    const skipped = Math.min(this.#skip, byteLength - from);
    this.#skip -= skipped;
    let at = from + skipped;
    while (byteLength - at >= 2) {
      const left = byteLength - at;
      let size = data[at + 1]! & 0x7f;
      let header = 2;
      if (size === 126) {
        if (left < 4) return at;
        size = (data[at + 2]! << 8) | data[at + 3]!;
        header = 4;
      } else if (size === 127) {
        if (left < 10) return at;
        size = Number(data.readBigUInt64BE(at + 2));
        header = 10;
      }
      const isText = (data[at]! & 0x0f) === 1;
      if (onFrame || size < 126) {
        if (left < header + size) return at;
        if (isText) {
          if (size < 126 && data[at + header + NAME_AT] === PING) this.#pong(data, at + header);
          onFrame?.(data, at + header, at + header + size);
        }
      }
      if (isText && size >= 126) {
        tally.frames++;
        tally.bytes += size;
      }
      at += header + size;
      if (at > byteLength) {
        this.#skip = at - byteLength;
        return byteLength;
      }
    }
    return at;
  }

  #pong(data: Buffer, start: number): void {
    if (data.toString('latin1', start, start + 15).endsWith('"ping"')) this.send(PONG);
  }
}

const handlers = {
  open: (socket: Socket<Sink>) => socket.data.opened(socket),
  data: (socket: Socket<Sink>, chunk: Buffer) => socket.data.read(chunk),
  error: (socket: Socket<Sink>, error: Error) => socket.data.failed(error),
  close: (socket: Socket<Sink>) => socket.data.failed(new Error('closed')),
};

/** Connects and does the handshake by hand; resolves when upgraded. */
export const openSink = (options: SinkOptions): Promise<Sink> =>
  new Promise((resolve, reject) => {
    const data = new Sink(options, resolve, reject);
    Bun.connect({ hostname: '127.0.0.1', port: options.port, data, socket: handlers }).catch(reject);
  });
