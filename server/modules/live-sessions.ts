import { closeCodes, type CloseCode } from '@shared/hub/close-codes.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** Something that lives as long as a session does: a socket, a stream. */
export interface LiveSession {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds; moved when the session's token is refreshed. */
  expiresAt: number;
  /** What it is, if it belongs to a module: a stream of events, or a socket handler. The hub counts its own. */
  readonly kind?: 'stream' | 'socket';
  end(code: CloseCode): void;
}

/** Milliseconds for which an ended session is remembered; by then whoever was let in before has long been tracked. */
const REMEMBERED = 60_000;

/** Everything open, by session and person, so that an ended or expired session takes effect within a second. */
export class LiveSessions {
  readonly #clock: Clock;
  readonly #bySession = new Map<string, Set<LiveSession>>();
  /** When sessions ended, in that order: what was let in just before and is tracked just after ends as well. */
  readonly #ended = new Map<string, number>();
  #sweep: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds it, until it is untracked, which is also what the answer does. */
  track(live: LiveSession): () => void {
    let set = this.#bySession.get(live.sessionId);
    if (!set) this.#bySession.set(live.sessionId, (set = new Set()));
    set.add(live);
    // Not before whoever tracks it is ready to end it.
    if (this.#ended.has(live.sessionId)) queueMicrotask(() => live.end(closeCodes.sessionEnded));
    this.#sweep ??= this.#clock.setInterval(() => this.#endExpired(), 1000);
    return () => this.untrack(live);
  }

  untrack(live: LiveSession): void {
    const set = this.#bySession.get(live.sessionId);
    set?.delete(live);
    if (set?.size === 0) this.#bySession.delete(live.sessionId);
    if (this.#bySession.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = undefined;
    }
  }

  /** Ends a session for good: everything open, and what opens yet by a token that was looked at before. */
  endSession(sessionId: string): void {
    const now = this.#clock.now();
    for (const [id, at] of this.#ended) {
      if (now - at <= REMEMBERED) break;
      this.#ended.delete(id);
    }
    this.#ended.set(sessionId, now);
    for (const live of this.#bySession.get(sessionId) ?? []) live.end(closeCodes.sessionEnded);
  }

  endUser(userId: string, code: CloseCode = closeCodes.userDeactivated): void {
    for (const set of this.#bySession.values()) for (const live of set) if (live.userId === userId) live.end(code);
  }

  /** Everything open of a session, or of a person. */
  of({ sessionId, userId }: { sessionId?: string | undefined; userId?: string | undefined }): LiveSession[] {
    if (sessionId !== undefined) return [...(this.#bySession.get(sessionId) ?? [])];
    return [...this.#bySession.values()].flatMap((set) => [...set].filter((live) => live.userId === userId));
  }

  count(kind: NonNullable<LiveSession['kind']>): number {
    let count = 0;
    for (const set of this.#bySession.values()) for (const live of set) if (live.kind === kind) count++;
    return count;
  }

  extend(sessionId: string, expiresAt: number): void {
    for (const live of this.#bySession.get(sessionId) ?? []) live.expiresAt = Math.max(live.expiresAt, expiresAt);
  }

  get size(): number {
    let size = 0;
    for (const set of this.#bySession.values()) size += set.size;
    return size;
  }

  #endExpired(): void {
    const now = this.#clock.now();
    for (const set of this.#bySession.values())
      for (const live of set) if (live.expiresAt <= now) live.end(closeCodes.tokenExpired);
  }
}
