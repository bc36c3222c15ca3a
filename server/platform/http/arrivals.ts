import type { Server } from 'bun';
import { type ErrorDef, fail, Internal } from '@shared/kernel/errors.ts';
import type { Clock } from '../clock.ts';
import type { Ids } from '../ids.ts';
import type { Logger } from '../log.ts';
import type { Arrival } from './arrival.ts';
import type { AddressOf, PeerInfo } from './peer.ts';
import { secure } from './security-headers.ts';
import type { SocketData } from './socket-data.ts';

/** Bytes of a request body beyond which an unread rest is not waited for. */
const LONG_BODY = 64 * 1024;

export interface ArrivalsOptions {
  peerOf: (request: Request, address: AddressOf) => PeerInfo;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

/** The requests of a server, from their arrival to their answer. */
export interface Arrivals {
  /** Those that have no answer yet. */
  readonly running: number;
  /** Answers so far, by class of status: `2xx`. */
  counts(): Record<string, number>;
  arrive(request: Request, server: Server<SocketData>, system: boolean): Arrival;
}

/** The envelope of an error as the server itself answers it. */
export const refusal = (error: ErrorDef, requestId: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ ...fail(error), requestId }), {
    status: error.status,
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

export function createArrivals({ peerOf, clock, ids, log }: ArrivalsOptions): Arrivals {
  let running = 0;
  /** By the first digit of the status. */
  const answered = [0, 0, 0, 0, 0, 0];

  class Incoming implements Arrival {
    readonly requestId: string;
    readonly request: Request;
    readonly peer: PeerInfo;
    readonly system: boolean;
    readonly server: Server<SocketData>;
    readonly #started: number;
    #isOver = false;
    secured: Response | undefined = undefined;

    constructor(request: Request, server: Server<SocketData>, system: boolean) {
      this.#started = clock.now();
      this.requestId = ids.next('req');
      this.request = request;
      this.peer = peerOf(request, () => (system ? '127.0.0.1' : (server.requestIP(request)?.address ?? '')));
      this.system = system;
      this.server = server;
    }

    finish<R extends Response | undefined>(response: R): R {
      if (!this.#isOver) running--;
      this.#isOver = true;
      const status = response?.status ?? 101;
      const kind = Math.trunc(status / 100);
      answered[kind] = (answered[kind] ?? 0) + 1;
      log[status >= 500 ? 'warn' : 'debug']('request', () => this.#line(status));
      if (!response) return response;
      if (status >= 400 && isLong(this.request)) response.headers.set('connection', 'close');
      if (this.secured === response) return response;
      response.headers.set('x-request-id', this.requestId);
      return settled(secure(response, this.request, this.peer.secure)) as R;
    }

    fail(error: unknown): Response {
      log.error('a request failed', { requestId: this.requestId, error });
      return this.finish(refusal(Internal, this.requestId));
    }

    #line(status: number) {
      const { requestId, request, peer } = this;
      return {
        requestId,
        method: request.method,
        // Nothing that follows an invitation's path belongs into a log, nor what opens a module's page.
        path: (URL.parse(request.url)?.pathname ?? '').replace(/(\/invite\/|\/pages\/[^/]+\/).+/, '$1…'),
        status,
        milliseconds: clock.now() - this.#started,
        ip: peer.ip,
      };
    }
  }

  return {
    get running() {
      return running;
    },
    counts: () => Object.fromEntries(answered.slice(1).map((count, at) => [`${at + 1}xx`, count])),
    arrive(request, server, system) {
      running++;
      return new Incoming(request, server, system);
    },
  };
}
