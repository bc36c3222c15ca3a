import type { Issue } from '@shared/kernel/result.ts';
import type { ModuleSettings } from '@shared/modules/schema.ts';
import type { Field } from './fields.ts';

/**
 * What stands in a field: text for most; whether it is ticked; the keys of the ticked options. Of a secret `''` keeps what
 * is stored and null empties it.
 */
export type Draft = string | boolean | readonly string[] | null;
export type Drafts = Readonly<Record<string, Draft>>;
export type Refusal = Pick<Issue, 'code' | 'params'>;

type Read = { value: unknown } | { refused: Refusal };

const required: Read = { refused: { code: 'required' } };

function draftOf(field: Field, value: unknown): Draft {
  switch (field.kind) {
    case 'secret':
      return '';
    case 'boolean':
      return (value ?? field.default) === true;
    case 'choice':
      return value === undefined || value === null ? '' : JSON.stringify(value);
    case 'choices': {
      const ticked = (value ?? field.default) as unknown;
      return Array.isArray(ticked) ? ticked.map((one) => JSON.stringify(one)) : [];
    }
    case 'list':
      return Array.isArray(value) ? value.join('\n') : '';
    case 'json':
      return value === undefined || value === null ? '' : JSON.stringify(value, undefined, 2);
    default:
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }
}

/** The form as it is when nobody has changed anything. */
export const draftsOf = (fields: readonly Field[], { values }: ModuleSettings): Drafts =>
  Object.fromEntries(fields.map((field) => [field.name, draftOf(field, values[field.name])]));

export const sameDraft = (a: Draft | undefined, b: Draft | undefined): boolean =>
  Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((key) => (b as readonly string[]).includes(key as string))
    : a === b;

/** The fields that somebody has changed. */
export const changedOf = (fields: readonly Field[], drafts: Drafts, stored: Drafts): Field[] =>
  fields.filter(({ name }) => !sameDraft(drafts[name], stored[name]));

function readNumber(field: Extract<Field, { kind: 'number' }>, text: string): Read {
  const { isWhole, minimum, maximum } = field;
  // A decimal comma is as good as a point.
  const value = Number(text.replace(',', '.'));
  const refuse = (code: string, params: Record<string, unknown>): Read => ({ refused: { code, params } });
  if (!Number.isFinite(value)) return refuse('invalid_type', { origin: 'number' });
  if (isWhole && !Number.isInteger(value)) return refuse('invalid_type', { origin: 'int' });
  if (minimum !== undefined && value < minimum) return refuse('too_small', { origin: 'number', minimum });
  if (maximum !== undefined && value > maximum) return refuse('too_big', { origin: 'number', maximum });
  return { value };
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { refused: { code: 'invalid_type', params: { origin: 'json' } } };
  }
}

/** The value of a field; null where it was emptied. */
function read(field: Field, draft: Draft | undefined, isStored: boolean): Read {
  if (typeof draft === 'boolean') return { value: draft };
  if (field.kind === 'choices') {
    return {
      value: field.options.filter(({ key }) => (draft as readonly string[]).includes(key)).map((one) => one.value),
    };
  }
  if (field.kind === 'secret') {
    if (draft === null) return field.isOptional ? { value: null } : required;
    return draft === '' && !isStored && !field.isOptional ? required : { value: draft };
  }
  const text = typeof draft === 'string' ? draft.trim() : '';
  if (field.kind === 'list') return { value: text.split('\n').flatMap((line) => line.trim() || []) };
  if (text === '') return field.isOptional ? { value: null } : required;
  if (field.kind === 'number') return readNumber(field, text);
  if (field.kind === 'json') return readJson(text);
  if (field.kind === 'choice') return { value: field.options.find(({ key }) => key === text)?.value };
  return { value: text };
}

/**
 * What to send: the values that were changed, null for those that were emptied; and what is wrong with the form before
 * anything is sent.
 */
export function readDrafts(
  fields: readonly Field[],
  drafts: Drafts,
  stored: Drafts,
  secrets: ModuleSettings['secrets'],
): { values: Record<string, unknown>; refused: Record<string, Refusal> } {
  const values: Record<string, unknown> = {};
  const refused: Record<string, Refusal> = {};
  for (const field of fields) {
    const { name } = field;
    const result = read(field, drafts[name], secrets[name] === 'set');
    if ('refused' in result) refused[name] = result.refused;
    else if (!sameDraft(drafts[name], stored[name])) values[name] = result.value;
  }
  return { values, refused };
}

/** Which field a refused value belongs to: `tags.0` and `values.tags.0` are about `tags`. */
export function fieldOfIssue(path: string, fields: readonly Field[]): Field | undefined {
  const parts = path.split('.');
  const known = (name: string | undefined) => fields.find((field) => field.name === name);
  return known(parts[0]) ?? (parts[0] === 'values' ? known(parts[1]) : undefined);
}
