import { fail, Invalid, TooLarge } from '@shared/kernel/errors.ts';
import { type Issue, ok, type Result } from '@shared/kernel/result.ts';
import type { ModuleSettings } from '@shared/modules/schema.ts';
import type { StoredSettings } from './records.ts';
import type { Seals } from './secrets.ts';

type Json = Record<string, unknown>;

/** Bytes of all settings of a module as JSON. */
const MOST = 256 * 1024;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = (schema: Json | null): Json => (isObject(schema?.properties) ? schema.properties : {});

/** Marked itself, or in what it is made of: an optional or nullable secret is one. */
export const isSecret = (property: unknown): boolean =>
  isObject(property) &&
  (property['x-secret'] === true ||
    ['anyOf', 'oneOf', 'allOf'].some((key) => Array.isArray(property[key]) && property[key].some(isSecret)));

/** Names of the fields that are write-only. */
const secretsOf = (schema: Json | null): string[] =>
  Object.entries(propertiesOf(schema))
    .filter(([, property]) => isSecret(property))
    .map(([name]) => name);

const without = (record: Json, names: readonly string[]): Json =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

/** What a form shows. A field that became a secret with a newer version of the module is not shown any more. */
export function settingsView(
  module: string,
  schema: Json | null,
  stored: StoredSettings,
  seals: Seals,
): ModuleSettings {
  const secrets = secretsOf(schema);
  const stateOf = (field: string): ModuleSettings['secrets'][string] => {
    const sealed = stored.secrets[field];
    if (sealed === undefined) return 'empty';
    return seals.open(module, field, sealed) === undefined ? 'unreadable' : 'set';
  };
  return {
    schema: schema ?? { type: 'object', properties: {} },
    values: without(stored.values, secrets),
    secrets: Object.fromEntries(secrets.map((field) => [field, stateOf(field)])),
  };
}

/** Settings as the module gets them. A secret that cannot be opened is left out: the module misses it, if it has to. */
export function plainSettings(module: string, stored: StoredSettings, seals: Seals): Json {
  const plain: Json = { ...stored.values };
  for (const [field, sealed] of Object.entries(stored.secrets)) {
    const text = seals.open(module, field, sealed);
    if (text !== undefined) plain[field] = text;
  }
  return plain;
}

/** The secrets among them, to be kept out of logs. */
export const secretTexts = (module: string, stored: StoredSettings, seals: Seals): string[] =>
  Object.entries(stored.secrets).flatMap(([field, sealed]) => seals.open(module, field, sealed) ?? []);

/**
 * The stored settings after a change of some fields; null empties one. Refuses unknown fields and secrets that are no
 * text: the values themselves are the module's to judge.
 */
export function changeSettings(
  module: string,
  schema: Json | null,
  stored: StoredSettings,
  change: Json,
  seals: Seals,
): Result<StoredSettings> {
  const properties = propertiesOf(schema);
  const secrets = secretsOf(schema);
  const next = { values: without(stored.values, secrets), secrets: { ...stored.secrets } };
  const issues: Issue[] = [];
  for (const [field, value] of Object.entries(change)) {
    if (!Object.hasOwn(properties, field)) {
      issues.push({ path: field.slice(0, 100), code: 'unrecognized_keys' });
      continue;
    }
    delete next.secrets[field];
    delete next.values[field];
    if (value === null) continue;
    if (!secrets.includes(field)) next.values[field] = value;
    else if (typeof value === 'string') next.secrets[field] = seals.seal(module, field, value);
    else issues.push({ path: field, code: 'invalid_type', params: { expected: 'string' } });
  }
  if (issues.length > 0) return fail(Invalid, undefined, { issues: issues.slice(0, 20) });
  if (Buffer.byteLength(JSON.stringify(next)) > MOST) return fail(TooLarge, { maximum: MOST });
  return ok(next);
}
