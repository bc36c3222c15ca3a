import type { Connection } from './connection.ts';

/** Characters from which on an answer goes by itself: that it waits for its reader is to be seen before the next one. */
const LARGE = 64 * 1024;

/** Gathers the answers of one tick, so that a connection's acks leave in one go: sent singly each costs a system call. */
export class Outbound {
  #waiting: Connection[] = [];

  /** Sends before the event loop turns, after what was sent to this connection before. */
  send(connection: Connection, frame: string): void {
    if (connection.phase === 'closed') return;
    if (frame.length >= LARGE) return connection.send(frame);
    if (connection.answers) {
      connection.answers.push(frame);
      return;
    }
    connection.answers = [frame];
    if (this.#waiting.push(connection) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const connections = this.#waiting;
    this.#waiting = [];
    for (const connection of connections) connection.flush();
  }
}
