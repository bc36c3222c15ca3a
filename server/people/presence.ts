import type { UserId } from '@shared/kernel/ids.ts';
import type { PresenceChanged } from '@shared/people/events.ts';
import type { Presence } from '@shared/people/schema.ts';
import type { Clock, Timer } from '../platform/clock.ts';

/** Milliseconds over which comings and goings are gathered into one event. */
export const PRESENCE_WINDOW = 250;

export interface PresenceBatch {
  note(userId: string, presence: Presence): void;
  /** Drops what has not been told yet. */
  stop(): void;
}

/** Gathers who came online or went: after a restart everybody comes at once. */
export function createPresenceBatch(clock: Clock, tell: (change: PresenceChanged) => void): PresenceBatch {
  const latest = new Map<string, Presence>();
  let timer: Timer | undefined;
  const flush = (): void => {
    timer = undefined;
    const users = [...latest].map(([id, presence]) => ({ id: id as UserId, presence }));
    latest.clear();
    tell({ users });
  };
  return {
    note(userId, presence) {
      latest.set(userId, presence);
      timer ??= clock.setTimeout(flush, PRESENCE_WINDOW);
    },
    stop() {
      timer?.cancel();
      timer = undefined;
      latest.clear();
    },
  };
}
