/** Up to so many are kept as a list. */
const FEW = 16;

/**
 * A set of names, as small as it can be: tens of thousands of connections have one channel or some each, and a `Set` of one
 * takes as much memory as a list of forty. What is kept is what `withName` and `withoutName` answer.
 */
export type Names = string | readonly string[] | ReadonlySet<string> | undefined;

export const namesIn = (names: Names): Iterable<string> => (typeof names === 'string' ? [names] : (names ?? []));

export const countOf = (names: Names): number =>
  typeof names === 'object' ? ('size' in names ? names.size : names.length) : names === undefined ? 0 : 1;

export const hasName = (names: Names, name: string): boolean =>
  typeof names === 'object' ? ('size' in names ? names.has(name) : names.includes(name)) : names === name;

export function withName(names: Names, name: string): Names {
  if (names === undefined) return name;
  if (hasName(names, name)) return names;
  if (names instanceof Set) return names.add(name);
  return countOf(names) < FEW ? [...namesIn(names), name] : new Set(namesIn(names)).add(name);
}

export function withoutName(names: Names, name: string): Names {
  if (!hasName(names, name)) return names;
  if (names instanceof Set) names.delete(name);
  const left = names instanceof Set ? names : [...namesIn(names)].filter((other) => other !== name);
  const count = countOf(left);
  return count === 0 ? undefined : count === 1 ? [...namesIn(left)][0] : left;
}
