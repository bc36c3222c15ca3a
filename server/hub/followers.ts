import type { Awaitable } from '@shared/kernel/result.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db/db.ts';
import { positionOf, storePosition } from './store.ts';

/** Events that one look takes in: some milliseconds of work. */
const STEP = 2048;
/** How long in milliseconds the last event of all may wait to be followed. */
const PATIENCE = 1000;

/** Stores what follows from the events after `from` up to `to`, both a `seq`. Events of one range are followed once. */
export type Follow = (tx: Tx, from: number, to: number) => Awaitable<void>;

/** Something that is derived from the journal and stored behind it. */
export interface Follower {
  /** Brings it up to date for whoever reads through this tx. */
  catchUp(tx: Tx): Promise<void>;
}

export interface FollowersOptions {
  db: Db;
  clock: Clock;
  /** The newest `seq`, including what the open transaction emitted. */
  seq: () => number;
  /** Told of a failure; the followers are tried again later. */
  failed: (error: unknown) => void;
}

/**
 * What can be derived from the journal is not stored with each event but for many at once: an index over hundreds of
 * channels has a page for each of them, which every commit would write. How far each follower is stands in the database,
 * in the transaction that moved it, so that a process that was killed goes on where it was.
 */
export class Followers {
  readonly #options: FollowersOptions;
  readonly #all: (Follower & { readonly place: () => number })[] = [];
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** Brings a follower up to date, then keeps it so. Its events are followed exactly once, also over restarts. */
  async add(name: string, follow: Follow): Promise<Follower> {
    const { db, seq } = this.#options;
    // A database that was put back is behind what its followers had seen elsewhere, never behind its own.
    let place = (await db.read.get(positionOf, { name }))?.seq ?? 0;
    const step = async (tx: Tx, to: number): Promise<void> => {
      const from = place;
      if (to <= from) return;
      place = to;
      tx.onRollback(() => {
        place = from;
      });
      await follow(tx, from, to);
      await tx.run(storePosition, { name, seq: to });
    };
    while (place < seq()) await db.write((tx) => step(tx, Math.min(seq(), place + STEP)));
    const follower = { place: () => place, catchUp: (tx: Tx) => step(tx, seq()) };
    this.#all.push(follower);
    return follower;
  }

  /** An event was committed. */
  noted(seq: number): void {
    if (this.#running || this.#stopped) return;
    if (seq - this.#behind() >= STEP) void this.#look();
    else this.#timer ??= this.#options.clock.setTimeout(() => void this.#look(), PATIENCE);
  }

  /** Resolves when everything that is committed by now was followed. */
  async settled(): Promise<void> {
    await this.#running;
    if (this.#behind() < this.#options.seq()) await this.#catchUp();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #behind(): number {
    return this.#all.reduce((least, { place }) => Math.min(least, place()), Number.POSITIVE_INFINITY);
  }

  /** Each in a write and a turn of its own: nobody waits for all of them, and one that fails holds up no other. */
  async #catchUp(): Promise<void> {
    const failed: unknown[] = [];
    for (const { catchUp } of this.#all) {
      // Who stops it closes the database as soon as nothing more waits there.
      if (this.#stopped) break;
      await this.#options.db.write(catchUp).catch((error: unknown) => failed.push(error));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (failed.length > 0) throw failed[0];
  }

  async #look(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running = this.#catchUp().catch(this.#options.failed);
    await this.#running;
    this.#running = undefined;
    const seq = this.#options.seq();
    if (this.#behind() < seq) this.noted(Math.min(seq, this.#behind() + STEP - 1));
  }
}
