import type { Tx } from '../platform/db/db.ts';

/** Entries beyond which the cache starts anew; a team's active (person, room) pairs are far fewer. */
const MOST = 50_000;

/**
 * Who was found to be in which room, for the one question that is asked with every message. Only the writer asks and only
 * `membership.ts` changes the answer, so that a change and what was remembered of it cannot overtake each other.
 */
export class MembershipCache {
  readonly #known = new Set<string>();

  holds(roomId: string, userId: string): boolean {
    return this.#known.has(`${roomId} ${userId}`);
  }

  /** Notes what was just read through this tx. */
  remember(tx: Tx, roomId: string, userId: string): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.add(`${roomId} ${userId}`);
    // The row may be one that the same batch wrote.
    tx.onRollback(() => this.#known.delete(`${roomId} ${userId}`));
  }

  forget(tx: Tx, roomId: string, userId: string): void {
    this.#known.delete(`${roomId} ${userId}`);
    tx.afterCommit(() => this.#known.delete(`${roomId} ${userId}`));
  }
}
