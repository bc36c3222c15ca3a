const SHORTEST = 500;
const LONGEST = 20_000;
const SPREAD = 1000;

/**
 * Milliseconds to wait after so many consecutive failures (from 0): anywhere between 0.5 s and a ceiling that doubles
 * from 1 s to 20 s, so that clients which were cut off together do not come back together. Where the server named the
 * seconds to wait (`retryAfter`), never less than those, and for the same reason up to a second more.
 */
export const backoff = (failures: number, random: () => number, retryAfter = 0): number => {
  const luck = random();
  const own = SHORTEST + luck * (Math.min(LONGEST, 1000 * 2 ** failures) - SHORTEST);
  return Math.round(Math.max(own, retryAfter * 1000 + luck * SPREAD));
};
