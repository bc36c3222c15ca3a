import { chmodSync, rmSync } from 'node:fs';
import { type Server, serve } from 'bun';
import { BadHost, Internal, NotReady } from '@shared/kernel/errors.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Logger } from '../log.ts';
import type { Handle } from './arrival.ts';
import { createArrivals, refusal } from './arrivals.ts';
import type { AddressOf, PeerInfo } from './peer.ts';
import type { SocketData } from './socket-data.ts';

/** A frame may be twice its limit before the socket is closed unheard; between, the sender is told. */
const SOCKET_PAYLOAD = 128 * 1024;
/** Bytes that may wait for a slow reader; beyond them Bun closes the socket, and the client recovers. */
const SOCKET_BACKLOG = 1024 * 1024;
/** Seconds without a byte after which a connection is closed; routes may ask for more. */
export const IDLE_TIMEOUT = 30;

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
  const arrivals = createArrivals({ peerOf, clock, ids, log });
  let handle: Handle = (arrival) => arrival.finish(refusal(NotReady, arrival.requestId, { 'retry-after': '1' }));
  const isAddress = createAddressCheck();
  let control: Server<SocketData> | undefined;
  let controlPath: string | undefined;

  const answer = (request: Request, from: Server<SocketData>, system: boolean): Awaitable<Response | undefined> => {
    const arrival = arrivals.arrive(request, from, system);
    try {
      // The address of a request is made from its Host: without a usable one there is none.
      return isAddress(request.url) ? handle(arrival) : arrival.finish(refusal(BadHost, arrival.requestId));
    } catch (error) {
      return arrival.fail(error);
    }
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
      return refusal(Internal, '');
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
    requests: arrivals.counts,
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
      const settled = (): boolean => arrivals.running === 0 || clock.now() >= deadline;
      while (!settled()) await new Promise<void>((resolve) => clock.setTimeout(resolve, 20));
      await Promise.all([server.stop(true), control?.stop(true)]);
      if (controlPath !== undefined) rmSync(controlPath, { force: true });
    },
  };
}
