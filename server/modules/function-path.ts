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

/** The function that an absolute URL names as `<prefix><module>/<function>`; undefined where it is none. */
export function functionAt(url: string, prefix: string): FunctionPath | undefined {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  if (!url.startsWith(prefix, start)) return undefined;
  const from = start + prefix.length;
  const query = url.indexOf('?', from);
  const last = query < 0 ? url.length : query;
  const end = url[last - 1] === '/' ? last - 1 : last;
  const slash = url.indexOf('/', from);
  if (slash <= from || slash >= end - 1) return undefined;
  const module = decoded(url.slice(from, slash));
  const name = decoded(url.slice(slash + 1, end));
  return module === undefined || name === undefined || name.includes('/') ? undefined : { module, name };
}
