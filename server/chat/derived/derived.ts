import type { Follower } from '../../hub/followers.ts';
import type { Journal } from '../../hub/hub.ts';
import { Tail } from '../../hub/tail.ts';
import type { Tx } from '../../platform/db/db.ts';
import type { JoinedRow, MessageRow, RoomRow } from '../store.ts';
import { moveHeads, moveReads, placeMessages } from './store.ts';

/** Committed messages whose rooms do not know of them yet, by room. */
export type Recent = ReadonlyMap<string, readonly MessageRow[]>;

/**
 * What follows from messages: their places in their rooms, the rooms' heads, and how far authors have read by posting.
 * Stored behind them for many at once; until then it is told from the messages themselves.
 */
export class Derived {
  readonly #journal: Pick<Journal, 'follow'>;
  readonly #recent = new Tail<MessageRow>();
  #follower: Follower | undefined;

  constructor(journal: Pick<Journal, 'follow'>) {
    this.#journal = journal;
  }

  /** Once, before anything is read. */
  async start(): Promise<void> {
    this.#follower = await this.#journal.follow('chat.places', async (tx, from, to) => {
      const range = { from, to };
      await tx.run(placeMessages, range);
      await tx.run(moveHeads, range);
      await tx.run(moveReads, range);
      tx.afterCommit(() => this.#recent.drop(to));
    });
  }

  /** Stores what is not yet, for a write that depends on heads or read positions. */
  async catchUp(tx: Tx): Promise<void> {
    await this.#follower?.catchUp(tx);
  }

  /** Notes a message that this tx stores. */
  stored(tx: Tx, message: MessageRow): void {
    tx.afterCommit(() => this.#recent.add(message.roomId, message));
  }

  /**
   * What the database does not tell yet. Taken before a read of it and in one breath with it: what goes from here
   * afterwards was there by then.
   */
  get recent(): Recent {
    return this.#recent.all;
  }
}

/** The room with what was said in it meanwhile. */
export function withRecent<R extends RoomRow>(room: R, recent: Recent): R {
  const last = recent.get(room.id)?.at(-1);
  return last && last.position > room.head ? { ...room, head: last.position, activity: last.seq } : room;
}

/** The same for one of its people: who posts has read up to their message. */
export function joinedWithRecent(row: JoinedRow, userId: string, recent: Recent): JoinedRow {
  const own = recent
    .get(row.id)
    ?.findLast(({ authorKind, authorId }) => authorKind === 'user' && authorId === userId)?.position;
  const room = withRecent(row, recent);
  return own !== undefined && own > room.readPosition ? { ...room, readPosition: own } : room;
}

/** The order of room lists: the most recently active first. */
export const byActivity = (a: RoomRow, b: RoomRow): number => b.activity - a.activity || (a.id < b.id ? -1 : 1);
