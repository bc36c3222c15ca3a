import type { Clock } from '../platform/clock.ts';

/**
 * Sessions that ended while tokens of theirs may still be about: kept for one token lifetime, so that checking a token
 * asks no database.
 */
export class RevokedSessions {
  readonly #clock: Clock;
  readonly #lifetime: number;
  /** Session id → when its last token expires; in the order of ending. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, lifetime: number) {
    this.#clock = clock;
    this.#lifetime = lifetime;
  }

  add(sessionId: string, endedAt: number): void {
    const now = this.#clock.now();
    for (const [id, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(id);
    }
    this.#until.set(sessionId, endedAt + this.#lifetime);
  }

  has(sessionId: string): boolean {
    return this.#until.has(sessionId);
  }

  get size(): number {
    return this.#until.size;
  }
}
