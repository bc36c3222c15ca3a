/** Milliseconds that one subscriber costs each time a channel is published to, whatever the number of frames. */
const SWEEP = 0.004;
/** A busy channel is swept at most once in so many sweeps' time. */
const SHARE = 2.5;
/** Nobody waits longer than this for a message of a busy channel. */
const MOST = 20;

/**
 * Decides how long a channel gathers. A quiet one sends at once. One whose next write comes before its subscribers have
 * been served is busy: it waits, so that what arrives meanwhile shares a commit and costs each subscriber one send.
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
    const sweep = this.#subscribers(channel) * SWEEP;
    return now - last < sweep ? Math.max(0, last + Math.min(MOST, sweep * SHARE) - now) : 0;
  }

  /** The channel's frames went out. */
  published(channel: string, now: number): void {
    // Too few subscribers to wait for: nothing is remembered of the many small channels.
    if (this.#subscribers(channel) * SWEEP * SHARE >= 1) this.#last.set(channel, now);
    else this.#last.delete(channel);
  }
}
