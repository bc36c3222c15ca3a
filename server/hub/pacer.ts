/** Milliseconds that one subscriber costs each time a channel is published to, whatever the number of frames. */
const SWEEP = 0.004;
/** A busy channel is swept at most once in so many sweeps' time. */
const SHARE = 3;
/** Nobody waits longer than this for a message of a busy channel. */
const MOST = 20;

/** The last time that a channel's subscribers were served. */
interface Swept {
  at: number;
  frames: number;
}

/**
 * Decides how long a channel gathers. A quiet one sends at once. One whose next write comes before its subscribers have
 * been served, or that had several messages for them, is busy: it waits, so that what arrives meanwhile shares a commit and
 * costs each subscriber one send.
 */
export class Pacer {
  readonly #subscribers: (channel: string) => number;
  readonly #afterTurn: (work: () => void) => void;
  readonly #last = new Map<string, Swept>();
  /** Channels that are being swept: what is read next arrived meanwhile, however long it took. */
  readonly #sweeping = new Set<string>();

  /** `afterTurn` runs work once, after what was published has left and what arrived by then was read. */
  constructor(subscribers: (channel: string) => number, afterTurn: (work: () => void) => void) {
    this.#subscribers = subscribers;
    this.#afterTurn = afterTurn;
  }

  /** Milliseconds to wait before the next commit of this channel's writes. */
  delay(channel: string, now: number): number {
    const last = this.#last.get(channel);
    if (last === undefined) return 0;
    const sweep = this.#subscribers(channel) * SWEEP;
    const isBusy = this.#sweeping.has(channel) || last.frames > 1 || now - last.at < sweep;
    return isBusy ? Math.max(0, last.at + Math.min(MOST, sweep * SHARE) - now) : 0;
  }

  /** The channel's frames go out. */
  published(channel: string, now: number): void {
    // Too few subscribers to wait for: nothing is remembered of the many small channels.
    if (this.#subscribers(channel) * SWEEP * SHARE < 1) {
      this.#last.delete(channel);
      return;
    }
    const frames = this.#sweeping.has(channel) ? (this.#last.get(channel)?.frames ?? 0) + 1 : 1;
    this.#last.set(channel, { at: now, frames });
    if (this.#sweeping.size === 0) this.#afterTurn(() => this.#sweeping.clear());
    this.#sweeping.add(channel);
  }
}
