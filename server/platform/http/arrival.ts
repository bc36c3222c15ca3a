import type { Server } from 'bun';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { PeerInfo } from './peer.ts';
import type { SocketData } from './socket-data.ts';

/** A request, with what the server learned of it before any route saw it. Ends with `finish` or `fail`, once. */
export interface Arrival {
  readonly requestId: string;
  readonly request: Request;
  readonly peer: PeerInfo;
  /** Requests of the control socket speak for the machine's own administrator. */
  readonly system: boolean;
  readonly server: Server<SocketData>;
  /** An answer that has all the headers that the server would add to it. */
  secured: Response | undefined;
  /** Counts and logs the answer, and gives it the headers that all have. Undefined: the request became a socket. */
  finish<R extends Response | undefined>(response: R): R;
  /** Answers with 500, for something that was thrown. */
  fail(error: unknown): Response;
}

/** Ends a request with its answer, now or when it is there. */
export const finished = <R extends Response | undefined>(
  arrival: Arrival,
  response: Awaitable<R>,
): Awaitable<R | Response> =>
  response instanceof Promise
    ? response.then(
        (found) => arrival.finish(found),
        (error: unknown) => arrival.fail(error),
      )
    : arrival.finish(response);

/** Hands each request's arrival to the routes that Elysia calls. */
export type ArrivalOf = (request: Request) => Arrival;

/** Answers a request and ends it; undefined when it was upgraded to a socket. May throw before it has ended it. */
export type Handle = (arrival: Arrival) => Awaitable<Response | undefined>;
