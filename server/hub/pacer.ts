/**
 * Milliseconds that one subscriber costs each time a channel is published to, whatever the number of frames: what is
 * believed until it was measured, and within what a measurement is believed.
 */
const SWEEP = { first: 0.004, least: 0.001, most: 0.016 };
/** A busy channel is swept at most once in so many sweeps' time: more costs less and takes longer. */
const SHARE = 2.25;
/** Nobody waits longer than this for a message of a busy channel. */
const MOST = 20;
/** Less is not worth a timer. */
const LEAST = 1;
/** How far one measurement moves what is believed: a sweep may have been held up by something else. */
const WEIGHT = 1 / 16;

/** The last time that a channel's subscribers were served. */
interface Swept {
  at: number;
  frames: number;
}

/**
 * Decides how long a channel gathers. A quiet one sends at once, and so does one whose writer waits for each message to
 * arrive. One whose next write comes while its subscribers are being served, or that had several messages for them, is
 * busy: it waits, so that what arrives meanwhile shares a commit and costs each subscriber one send. How long that is
 * follows from what serving them takes here and now.
 */
export class Pacer {
  readonly #subscribers: (channel: string) => number;
  readonly #afterTurn: (work: () => void) => void;
  readonly #now: () => number;
  readonly #last = new Map<string, Swept>();
  /** Channels that are being swept: what is read next arrived meanwhile, however long it took. */
  readonly #sweeping = new Set<string>();
  /** Since when, and how many subscribers they have together. */
  #began = 0;
  #served = 0;
  #sweep = SWEEP.first;

  /**
   * `afterTurn` runs work once, after what was published has left and what arrived by then was read; `now` are
   * milliseconds, finer than the wall clock and never set back.
   */
  constructor(subscribers: (channel: string) => number, afterTurn: (work: () => void) => void, now: () => number) {
    this.#subscribers = subscribers;
    this.#afterTurn = afterTurn;
    this.#now = now;
  }

  /** Milliseconds to wait before the next commit of this channel's writes. */
  delay(channel: string): number {
    const last = this.#last.get(channel);
    if (last === undefined || (last.frames === 1 && !this.#sweeping.has(channel))) return 0;
    return Math.max(0, last.at + Math.min(MOST, this.#gathering(channel)) - this.#now());
  }

  /** The channel's frames go out. */
  published(channel: string): void {
    // Too few subscribers to wait for: nothing is remembered of the many small channels.
    if (this.#gathering(channel) < LEAST) {
      this.#last.delete(channel);
      return;
    }
    const now = this.#now();
    const again = this.#sweeping.has(channel);
    this.#last.set(channel, { at: now, frames: again ? (this.#last.get(channel)?.frames ?? 0) + 1 : 1 });
    if (again) return;
    if (this.#sweeping.size === 0) {
      this.#began = now;
      this.#afterTurn(() => this.#swept());
    }
    this.#sweeping.add(channel);
    this.#served += this.#subscribers(channel);
  }

  #gathering(channel: string): number {
    return this.#subscribers(channel) * this.#sweep * SHARE;
  }

  #swept(): void {
    const measured = (this.#now() - this.#began) / this.#served;
    this.#sweep += (Math.min(SWEEP.most, Math.max(SWEEP.least, measured)) - this.#sweep) * WEIGHT;
    this.#sweeping.clear();
    this.#served = 0;
  }
}
