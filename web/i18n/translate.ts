import type { Dictionary, Entry } from './types.ts';

export type Params = Readonly<Record<string, string | number>>;

/** Fills a text's placeholders; numbers are written as the language writes them. */
export function createTranslate(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const form = (entry: Entry, params: Params): string => {
    if (typeof entry === 'string') return entry;
    const count = params['count'];
    return (typeof count === 'number' ? entry[rules.select(count)] : undefined) ?? entry.other;
  };
  return (entry: Entry, params: Params = {}): string =>
    form(entry, params).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? numbers.format(value) : value;
    });
}

export const lookUp = (dictionary: Dictionary, key: string): Entry | undefined =>
  Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
