import { chmodSync, rmSync } from 'node:fs';
import { type Server, serve } from 'bun';
import { BadHost, fail, Internal, NotReady } from '@shared/kernel/errors.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Logger } from '../log.ts';
import type { Arrival, Handle } from './arrival.ts';
import type { AddressOf, PeerInfo } from './peer.ts';
import { secure } from './security-headers.ts';
import type { SocketData } from './socket-data.ts';

/** A frame may be twice its limit before the socket is closed unheard; between, the sender is told. */
const SOCKET_PAYLOAD = 128 * 1024;
/** Bytes that may wait for a slow reader; beyond them Bun closes the socket, and the client recovers. */
const SOCKET_BACKLOG = 1024 * 1024;
/** Seconds without a byte after which a connection is closed; routes may ask for more. */
export const IDLE_TIMEOUT = 30;
/** Bytes of a request body beyond which an unread rest is not waited for. */
const LONG_BODY = 64 * 1024;

/** The address cannot be listened on. The message is one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export interface HttpServerOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  peerOf: (request: Request, address: AddressOf) => PeerInfo;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

export interface HttpServer {
  readonly server: Server<SocketData>;
  readonly port: number;
  /** Answers so far, by class of status: `2xx`. */
  requests(): Record<string, number>;
  /** Hands requests over. Before, each is answered with 503. */
  use(handle: Handle): void;
  /** Listens on a unix socket too, mode 0600; its callers are the machine's administrator. */
  openControl(path: string): void;
  /** Takes nothing new, waits for running requests as long as told, then closes everything. */
  close(patience: number): Promise<void>;
}

const listenError = (host: string, port: number, error: unknown): ListenError => {
  const code = (error as { code?: string }).code;
  const why =
    code === 'EADDRINUSE'
      ? `port ${port} is in use: stop the other program or choose another one with --port`
      : code === 'EACCES'
        ? `port ${port} needs more rights: choose one above 1023 with --port`
        : // Bun's word for a name that leads nowhere is EINVAL.
          code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL'
          ? `this machine has no address ${host}: choose another one with --host`
          : error instanceof Error
            ? error.message
            : String(error);
  return new ListenError(`Cannot listen on ${host}:${port}: ${why}`);
};

const envelope = (result: Result<never>, status: number, requestId: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ ...result, requestId }), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });

/** Refused in the middle of a body, a connection is good for another request only once the rest of it has come. */
const isLong = ({ headers }: Request): boolean =>
  headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > LONG_BODY;

/**
 * Headers that were looked at become an object that lives as long as their answer: a stream's would for hours. So what goes
 * on is an answer whose headers nobody has touched.
 */
const settled = (response: Response): Response =>
  response.headers.get('content-type')?.startsWith('text/event-stream')
    ? new Response(response.body, { status: response.status, headers: response.headers })
    : response;

/** Whether an address can be made from a request's Host. Most requests come to the one that was looked at last. */
function createAddressCheck(): (url: string) => boolean {
  /** Up to the path. */
  let known: string | undefined;
  return (url) => {
    if (known !== undefined && url.startsWith(known)) return true;
    if (!URL.canParse(url)) return false;
    const path = url.indexOf('/', url.indexOf('//') + 2);
    if (path > 0) known = url.slice(0, path + 1);
    return true;
  };
}

/** Binds the port at once, so that a taken one is known before anything else is touched. Throws ListenError. */
export function listen({ host, port, peerOf, clock, ids, log }: HttpServerOptions): HttpServer {
  let handle: Handle = (_, { requestId }) =>
    envelope(fail(NotReady), NotReady.status, requestId, { 'retry-after': '1' });
  const isAddress = createAddressCheck();
  let running = 0;
  /** By the first digit of the status. */
  const answered = [0, 0, 0, 0, 0, 0];
  let control: Server<SocketData> | undefined;
  let controlPath: string | undefined;

  const failed = (error: unknown, requestId: string): Response => {
    log.error('a request failed', { requestId, error });
    return envelope(fail(Internal), Internal.status, requestId);
  };

  /** Counts and logs the answer, and gives it the headers that all have. */
  const finish = (arrival: Arrival, started: number, response: Response | undefined): Response | undefined => {
    const { request, requestId, peer } = arrival;
    running--;
    const status = response?.status ?? 101;
    const kind = Math.trunc(status / 100);
    answered[kind] = (answered[kind] ?? 0) + 1;
    log[status >= 500 ? 'warn' : 'debug']('request', () => ({
      requestId,
      method: request.method,
      // Nothing that follows an invitation's path belongs into a log, nor what opens a module's page.
      path: (URL.parse(request.url)?.pathname ?? '').replace(/(\/invite\/|\/pages\/[^/]+\/).+/, '$1…'),
      status,
      milliseconds: clock.now() - started,
      ip: peer.ip,
    }));
    if (!response) return undefined;
    if (status >= 400 && isLong(request)) response.headers.set('connection', 'close');
    if (arrival.secured === response) return response;
    response.headers.set('x-request-id', requestId);
    return settled(secure(response, request, peer.secure));
  };

  const finishLater = async (
    arrival: Arrival,
    started: number,
    response: Promise<Response | undefined>,
  ): Promise<Response | undefined> => {
    try {
      return finish(arrival, started, await response);
    } catch (error) {
      return finish(arrival, started, failed(error, arrival.requestId));
    }
  };

  const answer = (request: Request, server: Server<SocketData>, system: boolean): Awaitable<Response | undefined> => {
    const started = clock.now();
    const requestId = ids.next('req');
    const address: AddressOf = () => (system ? '127.0.0.1' : (server.requestIP(request)?.address ?? ''));
    const arrival: Arrival = { requestId, request, peer: peerOf(request, address), system, server, secured: undefined };
    running++;
    let response: Awaitable<Response | undefined>;
    try {
      // The address of a request is made from its Host: without a usable one there is none.
      response = isAddress(request.url) ? handle(request, arrival) : envelope(fail(BadHost), BadHost.status, requestId);
    } catch (error) {
      response = failed(error, requestId);
    }
    return response instanceof Promise ? finishLater(arrival, started, response) : finish(arrival, started, response);
  };

  const common = {
    // Whoever reads a body counts its bytes; what nobody reads is held nowhere.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    websocket: {
      maxPayloadLength: SOCKET_PAYLOAD,
      backpressureLimit: SOCKET_BACKLOG,
      closeOnBackpressureLimit: true,
      perMessageDeflate: false,
      idleTimeout: 120,
      sendPings: false,
      open: (ws) => ws.data.open(ws),
      message: (ws, data) => ws.data.message(ws, data),
      drain: (ws) => ws.data.drain?.(ws),
      close: (ws, code, reason) => ws.data.close(ws, code, reason),
    } satisfies Bun.WebSocketHandler<SocketData>,
    error(error: Error) {
      log.error('a request failed', { error });
      return envelope(fail(Internal), Internal.status, '');
    },
  };

  let server: Server<SocketData>;
  try {
    server = serve<SocketData>({
      ...common,
      hostname: host,
      port,
      reusePort: false,
      idleTimeout: IDLE_TIMEOUT,
      fetch: (request, from) => answer(request, from, false),
    });
  } catch (error) {
    throw listenError(host, port, error);
  }

  return {
    server,
    port: server.port ?? port,
    requests: () => Object.fromEntries(answered.slice(1).map((count, at) => [`${at + 1}xx`, count])),
    use(given) {
      handle = given;
    },
    openControl(path) {
      // Left behind by a killed server: the data folder's lock says that nobody listens on it.
      rmSync(path, { force: true });
      const mask = process.umask(0o177);
      try {
        control = serve<SocketData>({ ...common, unix: path, fetch: (request, from) => answer(request, from, true) });
      } finally {
        process.umask(mask);
      }
      chmodSync(path, 0o600);
      controlPath = path;
    },
    async close(patience) {
      const deadline = clock.now() + patience;
      const settled = (): boolean => running === 0 || clock.now() >= deadline;
      while (!settled()) await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
      await Promise.all([server.stop(true), control?.stop(true)]);
      if (controlPath !== undefined) rmSync(controlPath, { force: true });
    },
  };
}
