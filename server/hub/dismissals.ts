import type { CloseCode } from '@shared/hub/close-codes.ts';
import type { Clock } from '../platform/clock.ts';

/** Milliseconds for which it is remembered: a poll follows the one before it within a few seconds. */
const REMEMBERED = 30_000;

interface Dismissal {
  at: number;
  code: CloseCode;
  /** Sessions that have come back since. */
  back: Set<string>;
}

interface Polling {
  userId: string;
  sessionId: string;
}

/** Sessions and people who were just sent away for good, for those who are between two polls at that moment. */
export class Dismissals {
  readonly #clock: Clock;
  /** In the order of time. */
  readonly #sent = new Map<string, Dismissal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The session or person of this id is sent away with this code. */
  note(id: string, code: CloseCode): void {
    this.#forgetOld();
    this.#sent.delete(id);
    this.#sent.set(id, { at: this.#clock.now(), code, back: new Set() });
  }

  /** With which code somebody who goes on polling was sent away a moment ago. */
  codeFor(polling: Polling): CloseCode | undefined {
    return this.#of(polling).find(({ back }) => !back.has(polling.sessionId))?.code;
  }

  /** Somebody begins anew to poll: their session goes on from here. */
  returned(polling: Polling): void {
    for (const { back } of this.#of(polling)) back.add(polling.sessionId);
  }

  #of({ userId, sessionId }: Polling): Dismissal[] {
    if (this.#sent.size === 0) return [];
    this.#forgetOld();
    return [userId, sessionId].flatMap((id) => this.#sent.get(id) ?? []);
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [id, { at }] of this.#sent) {
      if (now - at <= REMEMBERED) break;
      this.#sent.delete(id);
    }
  }
}
