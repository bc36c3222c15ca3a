import type { Clock, Timer } from '../platform/clock.ts';

/** How long a person may be without a connection before they count as gone: a reload is no departure. */
const GRACE = 5000;

export interface PresenceOptions {
  clock: Clock;
  onOnline: (userId: string) => void;
  onOffline: (userId: string) => void;
}

/** Who is online, by person: several devices are one, and a short absence is none. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #online = new Set<string>();
  readonly #leaving = new Map<string, Timer>();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** How many people are online. */
  get size(): number {
    return this.#online.size;
  }

  isOnline(userId: string): boolean {
    return this.#online.has(userId);
  }

  /** A connection of this person opened. */
  came(userId: string): void {
    this.#leaving.get(userId)?.cancel();
    this.#leaving.delete(userId);
    if (this.#online.has(userId)) return;
    this.#online.add(userId);
    this.#options.onOnline(userId);
  }

  /** The last connection of this person closed. */
  left(userId: string): void {
    if (!this.#online.has(userId) || this.#leaving.has(userId)) return;
    const timer = this.#options.clock.setTimeout(() => {
      this.#leaving.delete(userId);
      this.#online.delete(userId);
      this.#options.onOffline(userId);
    }, GRACE);
    this.#leaving.set(userId, timer);
  }

  stop(): void {
    for (const timer of this.#leaving.values()) timer.cancel();
    this.#leaving.clear();
  }
}
