import { addressGroup } from './admission.ts';
import type { Connection } from './connection.ts';

/** Every open connection, by id, by person and by where it came from. */
export class Connections {
  readonly #byId = new Map<string, Connection>();
  readonly #byUser = new Map<string, Set<Connection>>();
  readonly #byAddress = new Map<string, number>();

  add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
    const mine = this.#byUser.get(connection.userId);
    if (mine) mine.add(connection);
    else this.#byUser.set(connection.userId, new Set([connection]));
    const group = addressGroup(connection.request.ip);
    this.#byAddress.set(group, (this.#byAddress.get(group) ?? 0) + 1);
  }

  remove(connection: Connection): void {
    if (!this.#byId.delete(connection.id)) return;
    const mine = this.#byUser.get(connection.userId);
    mine?.delete(connection);
    if (mine?.size === 0) this.#byUser.delete(connection.userId);
    const group = addressGroup(connection.request.ip);
    const left = (this.#byAddress.get(group) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(group, left);
    else this.#byAddress.delete(group);
  }

  find(id: string): Connection | undefined {
    return this.#byId.get(id);
  }

  ofUser(userId: string): Iterable<Connection> {
    return this.#byUser.get(userId) ?? [];
  }

  countOf(userId: string): number {
    return this.#byUser.get(userId)?.size ?? 0;
  }

  /** Connections from this address, or from its neighbours that count as one with it. */
  countFrom(address: string): number {
    return this.#byAddress.get(addressGroup(address)) ?? 0;
  }

  users(): Iterable<string> {
    return this.#byUser.keys();
  }

  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  /** People with at least one connection. */
  get userCount(): number {
    return this.#byUser.size;
  }

  get size(): number {
    return this.#byId.size;
  }
}
