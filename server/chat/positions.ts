import type { Tx } from '../platform/db/db.ts';
import { findHead, moveHead, moveRead } from './store.ts';

interface Head {
  position: number;
  activity: number;
}

/**
 * The heads of rooms that were posted to, counted in memory by the single writer and stored once for each batch: a busy
 * room's row does not change with every message. Whoever reads through a tx finds the row up to date.
 */
export class Positions {
  readonly #heads = new Map<string, Head>();
  /** How far each author has read by posting, until the batch ends. */
  readonly #read = new Map<string, number>();

  /** Counts a message with this journal `seq`. `release` gives the position back when none was stored at it. */
  async next(tx: Tx, roomId: string, activity: number): Promise<{ position: number; release: () => void }> {
    const before = this.#heads.get(roomId) ?? (await this.#stored(tx, roomId));
    const head = { position: before.position + 1, activity };
    this.#heads.set(roomId, head);
    const release = (): void => {
      if (this.#heads.get(roomId) === head) this.#heads.set(roomId, before);
    };
    tx.onRollback(release);
    tx.defer(`head ${roomId}`, (later) => {
      const { position, activity: at } = this.#heads.get(roomId) ?? before;
      void later.run(moveHead, { roomId, head: position, activity: at });
    });
    return { position: head.position, release };
  }

  /** Who posts has read up to their message. */
  readUpTo(tx: Tx, roomId: string, userId: string, position: number): void {
    const key = `${roomId} ${userId}`;
    const before = this.#read.get(key);
    this.#read.set(key, position);
    const restore = (): void => {
      if (before === undefined) this.#read.delete(key);
      else this.#read.set(key, before);
    };
    tx.onRollback(restore);
    tx.afterCommit(() => this.#read.delete(key));
    tx.defer(`read ${key}`, (later) => {
      const reached = this.#read.get(key);
      if (reached !== undefined) void later.run(moveRead, { roomId, userId, position: reached });
    });
  }

  async #stored(tx: Tx, roomId: string): Promise<Head> {
    const row = await tx.get(findHead, { roomId });
    return { position: row?.head ?? 0, activity: row?.activity ?? 0 };
  }
}
