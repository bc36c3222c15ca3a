/** Milliseconds that one subscriber costs each time a channel is published to, whatever the number of frames. */
const SWEEP = 0.004;
/** A busy channel is swept so seldom that sweeping takes at most one part in so many of the time. */
const SHARE = 2.5;
/** Nobody waits longer than this for a message of a busy channel. */
const MOST = 20;

/**
 * Decides how long a channel gathers. A quiet one sends at once; one that was published to a moment ago waits, so that what
 * arrives meanwhile shares a commit and costs each subscriber one send.
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
    return last === undefined ? 0 : Math.max(0, last + this.#window(channel) - now);
  }

  published(channel: string, now: number): void {
    if (this.#window(channel) >= 1) this.#last.set(channel, now);
    else this.#last.delete(channel);
  }

  #window(channel: string): number {
    return Math.min(MOST, this.#subscribers(channel) * SWEEP * SHARE);
  }
}
