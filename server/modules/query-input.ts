import { z } from 'zod';
import type { InputSchema } from '@shared/kernel/contract.ts';
import { parseJson } from '../platform/json.ts';

interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
}

const takesText = (schema: JsonSchema): boolean => {
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (parts) return parts.some(takesText);
  if (schema.type !== undefined) return [schema.type].flat().includes('string');
  if (schema.enum) return schema.enum.some((value) => typeof value === 'string');
  return typeof schema.const === 'string';
};

const textFields = new WeakMap<InputSchema, Set<string>>();

const textFieldsOf = (schema: InputSchema): Set<string> => {
  let fields = textFields.get(schema);
  if (!fields) {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
    fields = new Set(
      Object.entries(json.properties ?? {})
        .filter(([, property]) => takesText(property))
        .map(([name]) => name),
    );
    textFields.set(schema, fields);
  }
  return fields;
};

const parsed = (value: string): unknown => {
  try {
    return parseJson(value);
  } catch {
    return value;
  }
};

/**
 * The input that a query stands for: fields that the schema takes as text stay text, every other one is JSON
 * (`limit=10`, `channels=["a"]`). A field that is repeated is a list.
 */
export function inputOfQuery(schema: InputSchema, query: URLSearchParams): Record<string, unknown> {
  const text = textFieldsOf(schema);
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name).map((value) => (text.has(name) ? value : parsed(value)));
    Object.defineProperty(input, name, {
      value: values.length === 1 ? values[0] : values,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return input;
}
