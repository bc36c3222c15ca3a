import type { Schema } from './openapi.ts';

const SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** Hearth's ids all look alike: their prefix says enough. */
const patternText = (pattern: string) => pattern.replace(/^\^(\w+_)\[0-9a-hjkmnp-tv-z\]\{26\}\$$/, '$1…');

/** What a type's name does not say: limits, formats, defaults. */
function noteOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const range = (min: number | undefined, max: number | undefined, unit: string) => {
    const upper = max === undefined || max >= SAFE_MAX ? undefined : max;
    const lower = min === undefined || min <= -SAFE_MAX ? undefined : min;
    if (lower === undefined && upper === undefined) return '';
    if (upper === undefined) return `≥ ${lower}${unit}`;
    return lower === undefined ? `≤ ${upper}${unit}` : `${lower}–${upper}${unit}`;
  };
  return [
    schema.description ?? '',
    schema.format ?? '',
    schema.pattern ? patternText(schema.pattern) : '',
    range(minimum, maximum, ''),
    range(minLength, maxLength, ' characters'),
    range(minItems, maxItems, ' items'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const isUnion = (schema: Schema) => Boolean(schema.anyOf ?? schema.oneOf ?? schema.enum) || Array.isArray(schema.type);
const grouped = (schema: Schema, indent: string) =>
  isUnion(schema) ? `(${schemaText(schema, indent)})` : schemaText(schema, indent);

function objectText(schema: Schema, indent: string): string {
  const inner = `${indent}  `;
  const required = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const note = noteOf(property);
    const comment = note ? ` // ${note}` : '';
    return `${inner}${key(name)}${required.has(name) ? '' : '?'}: ${schemaText(property, inner)};${comment}`;
  });
  if (typeof schema.additionalProperties === 'object' && lines.length === 0) {
    return `Record<string, ${schemaText(schema.additionalProperties, indent)}>`;
  }
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

function arrayText(schema: Schema, indent: string): string {
  if (schema.prefixItems) return `[${schema.prefixItems.map((item) => schemaText(item, indent)).join(', ')}]`;
  if (typeof schema.items !== 'object') return 'unknown[]';
  return `${grouped(schema.items, indent)}[]`;
}

/** A JSON Schema as people who write TypeScript read it, limits as comments. */
export function schemaText(schema: Schema, indent = ''): string {
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return [...new Set(union.map((each) => schemaText(each, indent)))].join(' | ');
  if (schema.allOf) return schema.allOf.map((each) => grouped(each, indent)).join(' & ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.not !== undefined) return 'never';
  if (Array.isArray(schema.type)) return schema.type.join(' | ');
  if (schema.type === 'object') return objectText(schema, indent);
  if (schema.type === 'array') return arrayText(schema, indent);
  if (schema.type === 'integer') return 'number';
  return schema.type ?? 'unknown';
}
