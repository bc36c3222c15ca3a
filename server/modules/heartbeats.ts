import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds between two beats of one stream. */
const EVERY = 15_000;

/** Something that is told every 15 s that it is still there. */
export interface Beating {
  /** When its next beat is due; kept by `Heartbeats`. */
  beatAt: number;
  beat(): void;
}

/** The heartbeats of all streams: one timer, for whoever is due next. All wait equally long, so that a queue is in order. */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #queue = new Set<Beating>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(beating: Beating): void {
    this.#enqueue(beating);
    this.#timer ??= this.#clock.setTimeout(() => this.#beat(), EVERY);
  }

  remove(beating: Beating): void {
    this.#queue.delete(beating);
    if (this.#queue.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #enqueue(beating: Beating): void {
    beating.beatAt = this.#clock.now() + EVERY;
    this.#queue.add(beating);
  }

  /** Milliseconds until a beat is due; a clock that was set back must not put it off. */
  #left({ beatAt }: Beating): number {
    const left = beatAt - this.#clock.now();
    return left > EVERY ? 0 : left;
  }

  #beat(): void {
    this.#timer = undefined;
    for (const beating of this.#queue) {
      const left = this.#left(beating);
      if (left > 0) {
        this.#timer = this.#clock.setTimeout(() => this.#beat(), left);
        return;
      }
      this.#queue.delete(beating);
      this.#enqueue(beating);
      beating.beat();
    }
  }
}
