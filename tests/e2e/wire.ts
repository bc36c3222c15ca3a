import { connect, createServer, type Socket } from 'node:net';

/** What lies between browsers and the server: it passes bytes on, and WebSockets only if told to. */
export interface Wire extends AsyncDisposable {
  readonly port: number;
  /** Whether handshakes of WebSockets get through; others are refused as by a proxy that knows none. */
  sockets: boolean;
  /** Handshakes that were refused. */
  readonly refused: number;
  /** Connections that are open now. */
  readonly open: number;
}

const refusal = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export async function openWire(to: () => number): Promise<Wire> {
  const open = new Set<Socket>();
  let refused = 0;
  const server = createServer((near) => {
    open.add(near);
    let far: Socket | undefined;
    const end = () => {
      open.delete(near);
      near.destroy();
      far?.destroy();
    };
    near.on('error', end).on('close', end);
    near.on('data', (data) => {
      // Browsers open a connection of its own for each handshake.
      if (!far && !wire.sockets && /^upgrade: *websocket/im.test(data.toString('latin1'))) {
        refused++;
        near.end(refusal);
        return;
      }
      far ??= connect(to(), '127.0.0.1')
        .on('data', (back) => near.write(back))
        .on('error', end)
        .on('close', end);
      far.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const wire: Wire = {
    port: typeof address === 'object' && address ? address.port : 0,
    sockets: false,
    get refused() {
      return refused;
    },
    get open() {
      return open.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
}
