/** Content codings that an answer may be stored in. `identity` is the content as it is. */
export type Coding = 'br' | 'gzip' | 'identity';

/** Among codings that a client likes equally, the smallest comes first. */
const preference: readonly Coding[] = ['br', 'gzip', 'identity'];

/**
 * Chooses the coding of an answer by RFC 9110: the highest weight wins, `;q=0` refuses. A client that refuses everything
 * we have still gets the content as it is, which the RFC allows and every client can read.
 */
export function negotiateCoding(header: string | null, available: readonly Coding[]): Coding {
  const weights = parseWeights(header ?? '');
  const weightOf = (coding: Coding) =>
    weights.get(coding) ?? (coding === 'identity' ? IDENTITY_UNLESS_NAMED : (weights.get('*') ?? 0));
  let best: Coding = 'identity';
  let bestWeight = 0;
  for (const coding of preference) {
    const weight = available.includes(coding) ? weightOf(coding) : 0;
    if (weight > bestWeight) [best, bestWeight] = [coding, weight];
  }
  return best;
}

/** Always acceptable, but never ahead of a coding that the client asked for. */
const IDENTITY_UNLESS_NAMED = Number.MIN_VALUE;

function parseWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    if (name) weights.set(name === 'x-gzip' ? 'gzip' : name, weight >= 0 && weight <= 1 ? weight : 0);
  }
  return weights;
}
