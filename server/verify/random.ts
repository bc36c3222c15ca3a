/** Choices that a seed repeats. Timing, and with it the outcome of races, is not repeated. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number from 0 on, below the bound. */
  below(bound: number): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** The same things in another order. */
  shuffled<T>(list: readonly T[]): T[];
  bytes(count: number): Uint8Array;
  /** Choices of its own for a part of the run, so that more choices in one part do not change the others. */
  fork(name: string): Random;
}

/** Mulberry32: small, quick, and good enough for choosing. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (share) => next() < share,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('There is nothing to pick from');
      return list[below(list.length)] as T;
    },
    shuffled<T>(list: readonly T[]): T[] {
      const mixed = [...list];
      for (let at = mixed.length - 1; at > 0; at--) {
        const other = below(at + 1);
        [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
      }
      return mixed;
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
    fork: (name) => createRandom(Bun.hash.crc32(`${seed} ${name}`)),
  };
}
