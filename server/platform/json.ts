/**
 * Levels of nesting that JSON from outside may have. Honest people need a few; what has tens of thousands, JSON.stringify
 * takes seconds for, because it looks through all levels above at each.
 */
export const MOST_LEVELS = 500;

const isDeeper = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const entry of value) if (isDeeper(entry, levels - 1)) return true;
    return false;
  }
  for (const name in value) if (isDeeper((value as Record<string, unknown>)[name], levels - 1)) return true;
  return false;
};

/** Whether what was parsed from this text is nested more deeply than we take it. */
export const isTooDeep = (text: string, value: unknown): boolean =>
  // A level is two characters at least.
  text.length >= 2 * MOST_LEVELS && isDeeper(value, MOST_LEVELS);

/** Parses JSON that somebody sent. Throws SyntaxError where it is none, or nested too deeply. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isTooDeep(text, value)) throw new SyntaxError(`More than ${MOST_LEVELS} levels of nesting`);
  return value;
}
