/** Milliseconds that one subscriber costs each time a channel is published to, whatever the number of frames. */
const SWEEP = 0.004;
/** A channel is swept at most once in so many sweeps' time, so that most of the time is left for the others. */
const SHARE = 2.5;
/** Nobody waits longer than this for a message of a busy channel. */
const MOST = 20;

/**
 * Decides how long a channel gathers. A quiet one sends at once. One whose next write comes soon after the last is busy: it
 * waits, so that what arrives meanwhile shares a commit and costs each subscriber one send. Soon is longer than a sweep
 * takes, for what arrives during a sweep is seen only when it is over.
 */
export class Pacer {
  readonly #subscribers: (channel: string) => number;
  readonly #last = new Map<string, number>();

  constructor(subscribers: (channel: string) => number) {
    this.#subscribers = subscribers;
  }

  /** Milliseconds to wait before the next commit of this channel's writes. */
  delay(channel: string, now: number): number {
    const last = this.#last.get(channel);
    if (last === undefined) return 0;
    const window = Math.min(MOST, this.#subscribers(channel) * SWEEP * SHARE);
    return Math.max(0, last + window - now);
  }

  /** The channel's frames went out. */
  published(channel: string, now: number): void {
    // Too few subscribers to wait for: nothing is remembered of the many small channels.
    if (this.#subscribers(channel) * SWEEP * SHARE >= 1) this.#last.set(channel, now);
    else this.#last.delete(channel);
  }
}
