/** What a frame says beside its text, for receivers that are no sockets. */
export interface About {
  event: string;
  /** Of journalled events. */
  seq?: number;
  offset?: number;
}

/** A frame on its way to somebody who is no socket. */
export interface Delivery extends About {
  channel: string;
  /** JSON text. */
  frame: string;
  /** As an event of a stream, once somebody needed it. */
  bytes?: Uint8Array;
}

/** Receives the frames of the channels that it is tapped into. */
export interface Tap {
  receive(delivery: Delivery): void;
}

/** The topics of this process, for receivers that Bun's own do not reach, and how far the journal was published. */
export class Taps {
  readonly #byChannel = new Map<string, Set<Tap>>();
  readonly #lastSeq = new Map<string, number>();
  #began = 0;
  #seq = 0;

  /** The newest `seq` when nothing had been published yet. */
  begin(seq: number): void {
    this.#began = seq;
    this.#seq = Math.max(this.#seq, seq);
  }

  /** Every event up to this `seq` was published or is history. */
  get seq(): number {
    return this.#seq;
  }

  /** A journalled event is published, whoever receives it. */
  note({ channel, seq }: { channel: string; seq: number }): void {
    this.#seq = seq;
    this.#lastSeq.set(channel, seq);
  }

  /** Whether it is known that nothing was published on the channel after `seq`. */
  isQuietSince(channel: string, seq: number): boolean {
    return (this.#lastSeq.get(channel) ?? this.#began) <= seq;
  }

  add(channel: string, tap: Tap): void {
    const taps = this.#byChannel.get(channel);
    if (taps) taps.add(tap);
    else this.#byChannel.set(channel, new Set([tap]));
  }

  remove(channel: string, tap: Tap): void {
    const taps = this.#byChannel.get(channel);
    if (taps?.delete(tap) && taps.size === 0) this.#byChannel.delete(channel);
  }

  has(channel: string, tap: Tap): boolean {
    return this.#byChannel.get(channel)?.has(tap) === true;
  }

  publish(channel: string, frame: string, { event, seq, offset }: About): void {
    const taps = this.#byChannel.get(channel);
    if (!taps) return;
    const delivery: Delivery = {
      channel,
      event,
      frame,
      ...(seq === undefined || offset === undefined ? {} : { seq, offset }),
    };
    for (const tap of taps) tap.receive(delivery);
  }
}
