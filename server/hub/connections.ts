import type { Connection } from './connection.ts';

/** Every open connection, by id and by person. */
export class Connections {
  readonly #byId = new Map<string, Connection>();
  readonly #byUser = new Map<string, Set<Connection>>();

  add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
    const mine = this.#byUser.get(connection.userId);
    if (mine) mine.add(connection);
    else this.#byUser.set(connection.userId, new Set([connection]));
  }

  remove(connection: Connection): void {
    this.#byId.delete(connection.id);
    const mine = this.#byUser.get(connection.userId);
    mine?.delete(connection);
    if (mine?.size === 0) this.#byUser.delete(connection.userId);
  }

  ofUser(userId: string): Iterable<Connection> {
    return this.#byUser.get(userId) ?? [];
  }

  countOf(userId: string): number {
    return this.#byUser.get(userId)?.size ?? 0;
  }

  users(): Iterable<string> {
    return this.#byUser.keys();
  }

  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  get size(): number {
    return this.#byId.size;
  }
}
