import { type Awaitable, onward } from '@shared/kernel/result.ts';
import type { Tx } from '../platform/db/db.ts';
import { findHead } from './store.ts';

export interface Place {
  /** In its room. */
  position: number;
  /** Gives it back when nothing was stored at it. */
  release: () => void;
}

/** The heads of rooms that were posted to, counted in memory by the single writer. */
export class Positions {
  readonly #heads = new Map<string, number>();

  /** Counts a message. */
  next(tx: Tx, roomId: string): Awaitable<Place> {
    const known = this.#heads.get(roomId);
    if (known !== undefined) return this.#after(tx, roomId, known);
    return onward(tx.get(findHead, { roomId }), (row) => this.#after(tx, roomId, row?.head ?? 0));
  }

  #after(tx: Tx, roomId: string, before: number): Place {
    const position = before + 1;
    this.#heads.set(roomId, position);
    const release = (): void => {
      if (this.#heads.get(roomId) === position) this.#heads.set(roomId, before);
    };
    tx.onRollback(release);
    return { position, release };
  }
}
