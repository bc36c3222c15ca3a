const SHORTEST = 500;
const LONGEST = 20_000;

/**
 * Milliseconds to wait after so many consecutive failures (from 0): anywhere between 0.5 s and a ceiling that doubles
 * from 1 s to 20 s, so that clients which were cut off together do not come back together.
 */
export const backoff = (failures: number, random: () => number): number =>
  Math.round(SHORTEST + random() * (Math.min(LONGEST, 1000 * 2 ** failures) - SHORTEST));
