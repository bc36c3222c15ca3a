import type { Socket } from 'bun';
import { encodeFrame, FrameDecoder, opcodes } from './frame-codec.ts';

/** One WebSocket, by hand: it can do everything that a client must not. */
export interface Wire {
  /** Sends a text frame. */
  send(text: string): void;
  /** Sends bytes as they are. */
  bytes(data: Uint8Array): void;
  /** Reads nothing more, so that what the server sends piles up. */
  pause(): void;
  resume(): void;
  /** Closes with a close frame, as a client should. */
  leave(): void;
  /** Is gone from one moment to the next (TCP reset). */
  cut(): void;
  /** Closes its own direction only. */
  halfClose(): void;
}

export interface WireEnd {
  /** Of the close frame; 1006 where none came. */
  code: number;
  reason: string;
}

export interface WireOptions {
  port: number;
  path?: string;
  headers?: Record<string, string>;
  /** Told before anything that came with the handshake's answer. */
  opened?(wire: Wire): void;
  text(text: string): void;
  /** Told once, after it was open. */
  closed(end: WireEnd): void;
}

/** The server answered the handshake with something else than an upgrade, or nothing at all (status 0). */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** Seconds that the server wants us to wait. */
  readonly retryAfter: number;

  constructor(status: number, retryAfter = 0) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const handshake = ({ port, path = '/ws', headers = {} }: WireOptions): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** Sends in order, keeping what the kernel does not take yet. */
class Outgoing {
  #waiting: Uint8Array[] = [];

  write(socket: Socket<undefined>, data: Uint8Array): void {
    if (this.#waiting.length > 0) return void this.#waiting.push(data);
    const taken = Math.max(0, socket.write(data));
    if (taken < data.byteLength) this.#waiting.push(data.subarray(taken));
  }

  drain(socket: Socket<undefined>): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const data of waiting) this.write(socket, data);
  }
}

/** Connects and shakes hands; resolves once upgraded. Throws Refused. */
export function openWire(options: WireOptions): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const decoder = new FrameDecoder();
    const outgoing = new Outgoing();
    let head: Buffer | undefined = Buffer.alloc(0);
    let message = '';
    let ended = false;
    let end: WireEnd = { code: 1006, reason: '' };

    const finish = (): void => {
      if (ended) return;
      ended = true;
      if (head) reject(new Refused(0));
      else options.closed(end);
    };
    const shake = (chunk: Buffer, socket: Socket<undefined>): Buffer | undefined => {
      head = Buffer.concat([head ?? Buffer.alloc(0), chunk]);
      const at = head.indexOf('\r\n\r\n');
      if (at < 0) return undefined;
      const text = head.subarray(0, at).toString();
      const status = Number(text.split(' ')[1]);
      if (status !== 101) {
        ended = true;
        reject(new Refused(status, Number(/^retry-after:\s*(\d+)/im.exec(text)?.[1] ?? 0)));
        socket.end();
        return undefined;
      }
      const rest = head.subarray(at + 4);
      head = undefined;
      const wire = wireOf(socket);
      options.opened?.(wire);
      resolve(wire);
      return rest;
    };
    const read = (chunk: Buffer, socket: Socket<undefined>): void => {
      const data = head ? shake(chunk, socket) : chunk;
      if (!data || data.byteLength === 0) return;
      for (const { opcode, final, payload } of decoder.decode(data)) {
        if (opcode === opcodes.text || opcode === opcodes.continuation) {
          message += Buffer.from(payload).toString();
          if (!final) continue;
          const text = message;
          message = '';
          options.text(text);
        } else if (opcode === opcodes.ping) outgoing.write(socket, encodeFrame(payload, { opcode: opcodes.pong }));
        else if (opcode === opcodes.close) {
          const bytes = Buffer.from(payload);
          end = { code: bytes.byteLength >= 2 ? bytes.readUInt16BE(0) : 1005, reason: bytes.subarray(2).toString() };
          outgoing.write(socket, encodeFrame(payload.subarray(0, 2), { opcode: opcodes.close }));
          socket.end();
        }
      }
    };
    const wireOf = (socket: Socket<undefined>): Wire => ({
      send: (text) => outgoing.write(socket, encodeFrame(Buffer.from(text))),
      bytes: (data) => outgoing.write(socket, data),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      leave() {
        outgoing.write(socket, encodeFrame(Uint8Array.of(0x03, 0xe8), { opcode: opcodes.close }));
        socket.end();
      },
      cut: () => socket.terminate(),
      halfClose: () => socket.shutdown(true),
    });

    Bun.connect<undefined>({
      hostname: '127.0.0.1',
      port: options.port,
      allowHalfOpen: true,
      socket: {
        binaryType: 'buffer',
        open: (socket) => outgoing.write(socket, Buffer.from(handshake(options))),
        data: (socket, chunk) => read(chunk, socket),
        drain: (socket) => outgoing.drain(socket),
        end: (socket) => void socket.end(),
        close: finish,
        error: finish,
        connectError: finish,
      },
    }).catch(finish);
  });
}
