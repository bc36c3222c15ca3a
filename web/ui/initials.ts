const TONES = 10;

/** The same person has the same colour everywhere: a small hash of the id picks one of the tones. */
export function toneOf(id: string): number {
  let hash = 7;
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return hash % TONES;
}

/** First letters of the first and the last word; of one word its first two. Whole code points, also of emoji. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const [first = '', second = ''] = [...(words[0] ?? '')];
  const last = words.length > 1 ? [...(words.at(-1) ?? '')][0] : second;
  return `${first}${last ?? ''}`.toLocaleUpperCase();
}
