/** What the form needs of the JSON Schema of one setting. */
interface PropertySchema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly PropertySchema[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  items?: PropertySchema;
  'x-secret'?: boolean;
}

export interface Option {
  /** The value as JSON: options need not be texts. */
  key: string;
  label: string;
  value: unknown;
}

export type FieldKind =
  | { kind: 'text'; format: 'text' | 'email' | 'url' | 'date'; maximum: number | undefined; isLong: boolean }
  | { kind: 'number'; isWhole: boolean; minimum: number | undefined; maximum: number | undefined }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: readonly Option[] }
  | { kind: 'choices'; options: readonly Option[] }
  | { kind: 'list' }
  | { kind: 'secret' }
  /** Anything else: its value as JSON. */
  | { kind: 'json' };

/** One setting as a form shows it. */
export type Field = FieldKind & {
  name: string;
  label: string;
  description: string | undefined;
  /** May be left empty: then its default holds, or nothing. */
  isOptional: boolean;
  default: unknown;
};

/** From so many characters on a text gets more than one line. */
const LONG = 200;
const formats: Readonly<Record<string, 'email' | 'url' | 'date'>> = { email: 'email', uri: 'url', date: 'date' };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `maxRetries` and `max_retries` as words: "Max retries". */
export function labelOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .split(/\s+/)
    .map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const optionOf = (value: unknown): Option => ({ key: JSON.stringify(value), label: String(value), value });

function optionsOf(schema: PropertySchema): Option[] | undefined {
  if (schema.enum) return schema.enum.filter((value) => value !== null).map(optionOf);
  if (schema.const !== undefined) return [optionOf(schema.const)];
  const parts = schema.anyOf?.filter(({ type }) => type !== 'null').map(optionsOf);
  return parts?.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** The schema without "or null", and whether it said so. */
function withoutNull(schema: PropertySchema): { schema: PropertySchema; isNullable: boolean } {
  const { type, anyOf } = schema;
  if (Array.isArray(type)) {
    const rest = (type as string[]).filter((one) => one !== 'null');
    const [only] = rest;
    return {
      schema: rest.length === 1 && only ? { ...schema, type: only } : schema,
      isNullable: type.includes('null'),
    };
  }
  const rest = anyOf?.filter((one) => one.type !== 'null');
  if (!anyOf || !rest || rest.length === anyOf.length) return { schema, isNullable: false };
  const { anyOf: _, ...common } = schema;
  return { schema: rest.length === 1 ? { ...common, ...rest[0] } : { ...common, anyOf: rest }, isNullable: true };
}

function kindOf(schema: PropertySchema): FieldKind {
  if (schema['x-secret']) return { kind: 'secret' };
  const options = optionsOf(schema);
  if (options) return { kind: 'choice', options };
  const { type, minimum, maximum } = schema;
  if (type === 'boolean') return { kind: 'boolean' };
  if (type === 'number') return { kind: 'number', isWhole: false, minimum, maximum };
  if (type === 'integer') return { kind: 'number', isWhole: true, minimum: sane(minimum), maximum: sane(maximum) };
  if (type === 'string') {
    const format = formats[schema.format ?? ''] ?? 'text';
    return { kind: 'text', format, maximum: schema.maxLength, isLong: (schema.maxLength ?? 0) > LONG };
  }
  if (type === 'array' && schema.items) {
    const each = optionsOf(schema.items);
    if (each) return { kind: 'choices', options: each };
    if (schema.items.type === 'string') return { kind: 'list' };
  }
  return { kind: 'json' };
}

/** The ends of what a whole number can be exactly are no limits that anybody set. */
const sane = (limit: number | undefined): number | undefined =>
  limit !== undefined && Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? undefined : limit;

/** The fields of a module's settings, in the order in which its schema states them. */
export function fieldsOf(schema: Record<string, unknown>): Field[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  return Object.entries(properties).flatMap(([name, stated]) => {
    if (!isRecord(stated)) return [];
    const { schema: property, isNullable } = withoutNull(stated as PropertySchema);
    return {
      ...kindOf(property),
      name,
      label: property.title ?? labelOf(name),
      description: property.description,
      isOptional: isNullable || !required.includes(name) || 'default' in property,
      default: property.default ?? undefined,
    };
  });
}
