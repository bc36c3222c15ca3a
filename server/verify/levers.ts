import type { Database } from 'bun:sqlite';
import type { Clock } from '../platform/clock.ts';

/** What can be done to a levered server while it runs. */
export type Lever =
  /** Sets its clock forward, or back, by milliseconds. */
  | { lever: 'clock'; by: number }
  /** Lets the database grow by no further page, or again without limit. */
  | { lever: 'full'; on: boolean }
  /** Lets the database change nothing. */
  | { lever: 'readOnly'; on: boolean };

/** SQLite's own greatest number of pages. */
const MOST_PAGES = 4_294_967_294;

/** A clock that runs like the given one and can be set. Timers run by real time, as the operating system's do. */
export function createSettableClock(clock: Clock): Clock & { set(by: number): void } {
  let offset = 0;
  return {
    now: () => clock.now() + offset,
    setTimeout: (callback, ms) => clock.setTimeout(callback, ms),
    setInterval: (callback, ms) => clock.setInterval(callback, ms),
    set(by) {
      offset += by;
    },
  };
}

/** Moves a lever of a running server. */
export function pull(lever: Lever, clock: { set(by: number): void }, database: Database): void {
  switch (lever.lever) {
    case 'clock':
      return clock.set(lever.by);
    case 'full':
      // Below the number of pages that are there, SQLite takes that number.
      return void database.run(`PRAGMA max_page_count = ${lever.on ? 1 : MOST_PAGES}`);
    case 'readOnly':
      return void database.run(`PRAGMA query_only = ${lever.on ? 'ON' : 'OFF'}`);
  }
}
