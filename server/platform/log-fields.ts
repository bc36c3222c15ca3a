const REDACTED = '[redacted]';
const MAX_TEXT = 8_000;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

const secretWords = new Set(
  [
    'password',
    'passphrase',
    'token',
    'jwt',
    'authorization',
    'cookie',
    'secret',
    'ticket',
    'credential',
    'code',
  ].flatMap((word) => [word, `${word}s`]),
);
/** `key` alone is harmless (`idempotencyKey`); these are not. */
const secretKeys = new Set(['api', 'jwt', 'private', 'signing', 'encryption', 'secret', 'session']);

/** Codes that are no secrets: errno names, `domain.reason`. Invitation codes have neither shape. */
const publicCode = /^(?:[A-Z][A-Z_]*[0-9]{0,2}|[a-z_]+(?:\.[a-z_]+)+)$/;

const wordsOf = (key: string): string[] =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

const namesSecret = (key: string, value: unknown): boolean => {
  if (typeof value === 'boolean' || value === null || value === undefined) return false;
  const words = wordsOf(key);
  if (words.some((word, at) => (word === 'key' || word === 'keys') && secretKeys.has(words[at - 1] ?? ''))) return true;
  const secret = words.find((word) => secretWords.has(word));
  if (secret === 'code' || secret === 'codes')
    return !(typeof value === 'number' || (typeof value === 'string' && publicCode.test(value)));
  return secret !== undefined;
};

const patterns: readonly [RegExp, string][] = [
  [/eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [/([?&#;](?:ticket|token|code|password|secret|key)=)[^&\s"'#;]+/gi, `$1${REDACTED}`],
];

/** Text without the tokens and URL secrets in it, cut to a length that a log line bears. */
export function redactText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return patterns.reduce((clean, [pattern, replacement]) => clean.replaceAll(pattern, replacement), cut);
}

const errorFields = (error: Error): Record<string, unknown> => {
  const { name, message, stack, cause, ...own } = error as Error & Record<string, unknown>;
  return {
    name: error.name,
    message: error.message,
    ...own,
    stack: error.stack ?? `${name}: ${message}`,
    ...(cause === undefined ? {} : { cause }),
    ...(error instanceof AggregateError ? { errors: error.errors } : {}),
  };
};

const valueOf = (value: unknown, depth: number, above: readonly object[]): unknown => {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (above.includes(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[deeper]';
  const path = [...above, value];
  if (value instanceof Error) return fieldsOf(errorFields(value), depth + 1, path);
  if (value instanceof Map) return fieldsOf(Object.fromEntries(value) as Record<string, unknown>, depth + 1, path);
  const items = value instanceof Set ? [...value] : value;
  if (!Array.isArray(items)) return fieldsOf(value as Record<string, unknown>, depth + 1, path);
  const shown = items.slice(0, MAX_ITEMS).map((item) => valueOf(item, depth + 1, path));
  return items.length > MAX_ITEMS ? [...shown, `… (${items.length} items)`] : shown;
};

const fieldsOf = (
  fields: Record<string, unknown>,
  depth: number,
  above: readonly object[],
): Record<string, unknown> => {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) shown[key] = namesSecret(key, value) ? REDACTED : valueOf(value, depth, above);
  }
  return shown;
};

/** Fields as plain JSON values without secrets, circles and endless lists. */
export const serialise = (fields: Record<string, unknown>): Record<string, unknown> => fieldsOf(fields, 0, []);
