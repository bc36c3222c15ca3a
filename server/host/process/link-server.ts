import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerWebSocket } from 'bun';
import { FRAME, type Wire } from '../link/wire.ts';

/** What the socket of a process is told. */
export interface LinkEnd {
  open(wire: Wire, close: () => void): void;
  receive(data: string | Uint8Array): void;
  closed(): void;
}

export interface LinkServer extends Disposable {
  /** Path of the unix socket. */
  readonly path: string;
  /** Makes a token with which one process may connect, once. */
  expect(end: LinkEnd): string;
  /** Takes back what nobody connected with. */
  forget(token: string): void;
}

/** `sun_path` holds 104 bytes at least, on macOS, its end included. */
const SUN_PATH = 103;
/** Bytes that may wait for a process that does not read, before its link is cut. */
const BACKLOG = 64 * 1024 * 1024;

/** Where modules' processes connect to: a unix socket in a folder that is its owner's alone, and this server's. */
export function createLinkServer(folder: string): LinkServer {
  // What a process left there that was killed.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${randomBytes(4).toString('hex')}.s`;
  const isShort = Buffer.byteLength(join(folder, name)) <= SUN_PATH;
  const place = isShort ? folder : mkdtempSync(join(tmpdir(), 'hearth-'));
  const path = join(place, name);
  const expected = new Map<string, LinkEnd>();

  type Socket = ServerWebSocket<{ end: LinkEnd }>;
  const server = Bun.serve<{ end: LinkEnd }>({
    unix: path,
    maxRequestBodySize: 1,
    fetch(request, self) {
      const token = new URL(request.url).pathname.slice(1);
      const end = expected.get(token);
      expected.delete(token);
      if (end && self.upgrade(request, { data: { end } })) return undefined;
      return new Response(null, { status: 401 });
    },
    websocket: {
      data: {} as { end: LinkEnd },
      maxPayloadLength: FRAME,
      backpressureLimit: BACKLOG,
      closeOnBackpressureLimit: true,
      // The guard asks whether a process lives.
      idleTimeout: 0,
      sendPings: false,
      perMessageDeflate: false,
      open(ws: Socket) {
        const wire: Wire = {
          send: (data) => void (typeof data === 'string' ? ws.sendText(data) : ws.sendBinary(data)),
          waiting: () => ws.getBufferedAmount(),
        };
        ws.data.end.open(wire, () => ws.terminate());
      },
      message: (ws: Socket, data) => ws.data.end.receive(data),
      close: (ws: Socket) => ws.data.end.closed(),
    },
  });

  return {
    path,
    expect(end) {
      const token = randomBytes(32).toString('hex');
      expected.set(token, end);
      return token;
    },
    forget: (token) => void expected.delete(token),
    [Symbol.dispose]() {
      void server.stop(true);
      rmSync(isShort ? path : place, { recursive: true, force: true });
    },
  };
}
