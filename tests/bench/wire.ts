// Cheap sockets for measuring: a sink reads frame headers and counts, so that a thousand of them fit on one core.

/** A subscriber as cheap as it gets: counts text frames, and hands each over whole where asked to. */
export interface Sink {
  frames: number;
  bytes: number;
  close(): void;
}

export interface SinkOptions {
  port: number;
  path: string;
  token?: string | undefined;
  onFrame?: ((text: string) => void) | undefined;
}

/** Connects and does the handshake by hand; resolves when upgraded. */
export function openSink({ port, path, token, onFrame }: SinkOptions): Promise<Sink & { send(text: string): void }> {
  return new Promise((resolve, reject) => {
    let rest: Buffer = Buffer.alloc(0);
    let upgraded = false;
    let skip = 0;
    const sink = {
      frames: 0,
      bytes: 0,
      close: () => {},
      send: (_: string) => {},
    };
    const read = (chunk: Buffer): void => {
      let data = rest.byteLength > 0 ? Buffer.concat([rest, chunk]) : chunk;
      if (!upgraded) {
        const end = data.indexOf('\r\n\r\n');
        if (end < 0) {
          rest = data;
          return;
        }
        const head = data.subarray(0, end).toString();
        if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(head.split('\r\n')[0]));
        upgraded = true;
        data = data.subarray(end + 4);
        resolve(sink);
      }
      let at = 0;
      if (skip > 0) {
        const step = Math.min(skip, data.byteLength);
        skip -= step;
        at = step;
      }
      while (at < data.byteLength) {
        const left = data.byteLength - at;
        if (left < 2) break;
        let size = data[at + 1]! & 0x7f;
        let header = 2;
        if (size === 126) {
          if (left < 4) break;
          size = data.readUInt16BE(at + 2);
          header = 4;
        } else if (size === 127) {
          if (left < 10) break;
          size = Number(data.readBigUInt64BE(at + 2));
          header = 10;
        }
        const text = (data[at]! & 0x0f) === 1;
        if (onFrame) {
          if (left < header + size) break;
          if (text) onFrame(data.subarray(at + header, at + header + size).toString());
        }
        if (text) sink.frames++;
        sink.bytes += header + size;
        at += header + size;
        if (at > data.byteLength) {
          skip = at - data.byteLength;
          at = data.byteLength;
        }
      }
      rest = at < data.byteLength ? Buffer.from(data.subarray(at)) : Buffer.alloc(0);
    };
    Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open(socket) {
          sink.close = () => socket.end();
          sink.send = (text) => {
            const body = Buffer.from(text);
            const long = body.byteLength > 125;
            const head = Buffer.from([0x81, 0x80 | (long ? 126 : body.byteLength)]);
            const size = long ? Buffer.from([body.byteLength >> 8, body.byteLength & 255]) : Buffer.alloc(0);
            // A mask of zeros masks nothing and is allowed.
            socket.write(Buffer.concat([head, size, Buffer.alloc(4), body]));
          };
          socket.write(
            `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
              `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
              (token === undefined ? '' : `Authorization: Bearer ${token}\r\n`) +
              '\r\n',
          );
        },
        data: (_, chunk) => read(chunk),
        error: (_, error) => reject(error),
        connectError: (_, error) => reject(error),
      },
    }).catch(reject);
  });
}
