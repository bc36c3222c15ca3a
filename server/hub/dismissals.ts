import type { CloseCode } from '@shared/hub/close-codes.ts';
import type { Clock } from '../platform/clock.ts';

/** Milliseconds for which it is remembered: a poll follows the one before it within a few seconds. */
const REMEMBERED = 30_000;

/** Sessions and people who were just sent away for good, for those who are between two polls at that moment. */
export class Dismissals {
  readonly #clock: Clock;
  /** In the order of time. */
  readonly #sent = new Map<string, { at: number; code: CloseCode }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The session or person of this id is sent away with this code. */
  note(id: string, code: CloseCode): void {
    this.#forgetOld();
    this.#sent.delete(id);
    this.#sent.set(id, { at: this.#clock.now(), code });
  }

  /** With which code somebody was sent away a moment ago. */
  codeFor({ userId, sessionId }: { userId: string; sessionId: string }): CloseCode | undefined {
    if (this.#sent.size === 0) return undefined;
    this.#forgetOld();
    return (this.#sent.get(userId) ?? this.#sent.get(sessionId))?.code;
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [id, { at }] of this.#sent) {
      if (now - at <= REMEMBERED) break;
      this.#sent.delete(id);
    }
  }
}
