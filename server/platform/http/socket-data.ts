import type { ServerWebSocket } from 'bun';

/** What every upgraded socket carries: the server's own handlers hand each event to it. */
export interface SocketData {
  open(ws: ServerWebSocket<SocketData>): void;
  message(ws: ServerWebSocket<SocketData>, data: string | Buffer): void;
  drain?(ws: ServerWebSocket<SocketData>): void;
  close(ws: ServerWebSocket<SocketData>, code: number, reason: string): void;
}

export type Socket = ServerWebSocket<SocketData>;
