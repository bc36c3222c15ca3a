/** One metric with its samples, as a scraper understands it. */
export interface Family {
  type: string;
  help: string;
  samples: Map<string, number>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/y;
const VALUE = /^(?:\+Inf|-Inf|NaN|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;

const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

function labelsOf(text: string): Map<string, string> {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (!found?.[1]) throw new Error(`No labels: ${text}`);
    if (labels.has(found[1])) throw new Error(`The label ${found[1]} stands there twice: ${text}`);
    labels.set(found[1], found[2] ?? '');
  }
  return labels;
}

/** What a sample of this name belongs to: `x_bucket` to the histogram `x`. */
const familyOf = (families: Map<string, Family>, name: string): [string, Family] => {
  for (const candidate of [name, name.replace(/_(bucket|sum|count)$/, '')]) {
    const family = families.get(candidate);
    if (family && (candidate === name) === (family.type !== 'histogram')) return [candidate, family];
  }
  throw new Error(`${name} has no TYPE before it`);
};

function checkHistogram(name: string, { samples }: Family): void {
  const buckets = [...samples].filter(([key]) => key.startsWith(`${name}_bucket`));
  const bounds = buckets.map(([key]) => numberOf(/le="([^"]+)"/.exec(key)?.[1] ?? 'NaN'));
  const counts = buckets.map(([, count]) => count);
  const isAscending = (list: number[], strictly: boolean): boolean =>
    list.every((value, at) => at === 0 || value > list[at - 1]! || (!strictly && value === list[at - 1]));
  if (bounds.at(-1) !== Infinity || !isAscending(bounds, true)) throw new Error(`${name}: bounds ${bounds.join()}`);
  if (!isAscending(counts, false)) throw new Error(`${name}: buckets are not cumulated: ${counts.join()}`);
  if (samples.get(`${name}_count`) !== counts.at(-1)) throw new Error(`${name}: its count is not that of +Inf`);
  if (!samples.has(`${name}_sum`)) throw new Error(`${name} has no sum`);
}

/**
 * Reads the text format of Prometheus 0.0.4, stricter than a scraper: a HELP and a TYPE before each metric, once, its
 * samples together and each once, counters named `_total`, whole histograms, a line feed at the end. Throws what is wrong.
 */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n') || text.includes('\r')) throw new Error('Each line ends in a line feed');
  const families = new Map<string, Family>();
  let open: string | undefined;
  let help: [string, string] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (!NAME.test(name) || help) throw new Error(`Not expected: ${line}`);
      help = [name, rest];
    } else if (kind === 'TYPE') {
      if (help?.[0] !== name || families.has(name)) throw new Error(`Not expected: ${line}`);
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`No type: ${line}`);
      if ((rest === 'counter') !== name.endsWith('_total')) throw new Error(`Counters alone end in _total: ${name}`);
      families.set(name, { type: rest, help: help[1], samples: new Map() });
      help = undefined;
      open = name;
    } else {
      const [, sample = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      if (!VALUE.test(value)) throw new Error(`No sample: ${line}`);
      const [owner, family] = familyOf(families, sample);
      if (owner !== open) throw new Error(`Not beside its metric: ${line}`);
      const known = [...labelsOf(labels)].map(([label, content]) => `${label}="${content}"`);
      const key = known.length > 0 ? `${sample}{${known.join(',')}}` : sample;
      if (family.samples.has(key)) throw new Error(`Twice: ${line}`);
      family.samples.set(key, numberOf(value));
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

/** Every sample by its name and labels. */
export const samplesOf = (families: ReadonlyMap<string, Family>): Map<string, number> =>
  new Map([...families.values()].flatMap(({ samples }) => [...samples]));
