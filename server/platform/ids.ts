import { encodeTime } from 'ulid';
import type { Id } from '@shared/kernel/ids.ts';
import type { Clock } from './clock.ts';

/** Makes ids and secrets; an argument, so that tests can repeat a run. */
export interface Ids {
  /** `<prefix>_` and a lowercase ULID. */
  next<P extends string>(prefix: P): Id<P>;
  /** Unguessable text, URL-safe, of this many random bytes. */
  secret(bytes: number): string;
}

/** Random halves are drawn from the operating system so many at once. */
const POOL = 512;

/** Two digits in base 32, which the `ulid` library offers for times, of each number that has two. */
const pairs = Array.from({ length: 32 * 32 }, (_, value) => encodeTime(value, 2).toLowerCase());

/** In base 32; `length` is even. */
function digits(value: number, length: number): string {
  let text = '';
  for (let rest = value, left = length; left > 0; left -= 2) {
    const pair = rest % 1024;
    text = pairs[pair] + text;
    rest = (rest - pair) / 1024;
  }
  return text;
}

/** Four digits. */
const LOW = 1024 * 1024;

/**
 * Monotonic ULIDs: ten digits of time, sixteen random ones of which the last eight count upwards within a millisecond. The
 * library's own factory asks the operating system for each digit.
 */
function monotonicUlids(now: () => number): () => string {
  const pool = new Uint32Array(POOL);
  let used = POOL;
  const random = (): number => {
    if (used === POOL) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    return pool[used++] ?? 0;
  };
  let time = -1;
  /** All but the last eight digits, and the number that those are in two halves. */
  let head = '';
  let high = 0;
  let low = 0;
  /** All but the last four. */
  let stem = '';
  return () => {
    const at = now();
    if (at > time) {
      time = at;
      head = digits(at, 10) + digits(random() * 256 + (random() & 255), 8);
      // The highest of the forty bits is left free, so that no count ever overflows.
      high = random() & (LOW / 2 - 1);
      low = random() & (LOW - 1);
      stem = head + digits(high, 4);
    } else if (++low === LOW) {
      low = 0;
      stem = head + digits(++high, 4);
    }
    // Small integers: the engine counts with them at a fraction of the cost.
    return `${stem}${pairs[low >> 10]}${pairs[low & 1023]}`;
  };
}

/** Secrets come from the operating system, too. */
export function createIds(clock: Clock): Ids {
  const ulid = monotonicUlids(clock.now);
  return {
    next: (prefix) => `${prefix}_${ulid()}`,
    secret: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url'),
  };
}
