import type { Socket } from 'bun';

/** What a call was answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Call {
  readonly port: number;
  /** `<module>/<function>` */
  readonly name: string;
  readonly input: unknown;
  readonly token?: string | undefined;
}

const HEAD_END = '\r\n\r\n';

/** The bytes of a call, made once for all that are the same. */
export const requestOf = ({ port, name, input, token }: Call): Buffer => {
  const body = JSON.stringify(input);
  return Buffer.from(
    `POST /api/${name} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
      `${token === undefined ? '' : `Authorization: Bearer ${token}\r\n`}` +
      `Content-Length: ${Buffer.byteLength(body)}${HEAD_END}${body}`,
  );
};

/** A connection that calls functions, one at a time, as cheaply as it gets. */
export class HttpCaller {
  #socket: Socket<HttpCaller> | undefined;
  #rest = '';
  #resolve: ((answer: Answer) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  opened(socket: Socket<HttpCaller>): void {
    this.#socket = socket;
  }

  /** Rejects where the connection ends before the answer is whole. */
  call(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket?.write(request);
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket?.end();
  }

  failed(error: Error): void {
    this.#reject?.(error);
  }

  read(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    const end = text.indexOf(HEAD_END);
    const length = end < 0 ? undefined : /content-length: (\d+)/i.exec(text.slice(0, end))?.[1];
    const from = end + HEAD_END.length;
    if (length === undefined || text.length < from + Number(length)) {
      this.#rest = text;
      return;
    }
    this.#rest = '';
    this.#resolve?.({ status: Number(text.slice(9, 12)), body: text.slice(from) });
  }
}

const handlers = {
  open: (socket: Socket<HttpCaller>) => socket.data.opened(socket),
  data: (socket: Socket<HttpCaller>, chunk: Buffer) => socket.data.read(chunk),
  error: (socket: Socket<HttpCaller>, error: Error) => socket.data.failed(error),
  close: (socket: Socket<HttpCaller>) => socket.data.failed(new Error('closed')),
};

/** Connects. */
export async function openHttpCaller(port: number): Promise<HttpCaller> {
  const data = new HttpCaller();
  await Bun.connect({ hostname: '127.0.0.1', port, data, socket: handlers });
  return data;
}

/** So many connections at once. */
export const openHttpCallers = (port: number, count: number): Promise<HttpCaller[]> =>
  Promise.all(Array.from({ length: count }, () => openHttpCaller(port)));
