import type { Server } from 'bun';
import type { Awaitable } from '@shared/kernel/result.ts';
import type { PeerInfo } from './peer.ts';
import type { SocketData } from './socket-data.ts';

/** What the server learned of a request before any route saw it. */
export interface Arrival {
  requestId: string;
  request: Request;
  peer: PeerInfo;
  /** Requests of the control socket speak for the machine's own administrator. */
  system: boolean;
  server: Server<SocketData>;
  /** An answer that has all the headers that the server would add to it. */
  secured: Response | undefined;
}

/** Hands each request's arrival to the routes that Elysia calls. */
export type ArrivalOf = (request: Request) => Arrival;

/** Answers a request; undefined when it was upgraded to a socket. */
export type Handle = (request: Request, arrival: Arrival) => Awaitable<Response | undefined>;
