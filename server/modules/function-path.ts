/** Where a function is called. */
export interface FunctionPath {
  readonly module: string;
  readonly name: string;
}

const decoded = (part: string): string | undefined => {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/** Paths that are remembered, and the characters of one. */
const MOST_KEPT = 1000;
const LONGEST_KEPT = 100;

const parse = (path: string): FunctionPath | undefined => {
  const slash = path.indexOf('/');
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  if (slash < 1 || slash >= end - 1) return undefined;
  const module = decoded(path.slice(0, slash));
  const name = decoded(path.slice(slash + 1, end));
  return module === undefined || name === undefined || name.includes('/') ? undefined : { module, name };
};

/**
 * Makes what finds the function that an absolute URL names as `<prefix><module>/<function>`; undefined where it is none.
 * Paths are remembered: names that were looked up before are found at once.
 */
export function createFunctionPaths(prefix: string): (url: string) => FunctionPath | undefined {
  const known = new Map<string, FunctionPath>();
  return (url) => {
    const start = url.indexOf('/', url.indexOf('//') + 2);
    if (!url.startsWith(prefix, start)) return undefined;
    const query = url.indexOf('?', start);
    const path = url.slice(start + prefix.length, query < 0 ? undefined : query);
    const found = known.get(path);
    if (found) return found;
    const made = parse(path);
    if (made && path.length <= LONGEST_KEPT) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(path, made);
    }
    return made;
  };
}
