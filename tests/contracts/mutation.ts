import type { InputSchema } from '@shared/kernel/contract.ts';
import * as fc from 'fast-check';
import { fieldsOf, type Input } from './arbitrary.ts';

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
const own = (key: string, value: unknown): Input => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);

/** Planted in texts that a refusal must not repeat. */
export const MARKER = 'never-echo-this';

const junk: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  Number.MAX_VALUE,
  // What JSON.parse makes of 1e400.
  Infinity,
  '',
  'NaN',
  '1e309',
  '__proto__',
  '../../etc/passwd',
  `${MARKER}${'x'.repeat(70_000)}`,
  `${MARKER}\ud800`,
  `${MARKER}\0`,
  `${MARKER}' OR 1=1 --`,
  [],
  [[]],
  {},
  { $ne: null },
  nested(400),
  own('__proto__', { admin: true }),
];

const extraKeys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'role', 'userId', 'extra', ''];

type Path = readonly (string | number)[];

/** Every place of a value that can be replaced, the value itself included. */
const placesOf = (value: unknown, at: Path = []): Path[] => [
  at,
  ...(typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap((key) =>
        placesOf((value as Input)[key], [...at, Array.isArray(value) ? Number(key) : key]),
      )
    : []),
];

const replaced = (value: unknown, [key, ...rest]: Path, by: (old: unknown) => unknown): unknown => {
  if (key === undefined) return by(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, by) : item));
  const whole = value as Input;
  return { ...whole, [key]: replaced(whole[key], rest, by) };
};

const without = (input: Input, key: string): Input =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name !== key));

const withKey = (input: Input, key: string, value: unknown): Input => {
  const copy = { ...input };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
};

/** Whole inputs that no contract takes. */
export const notAnObject: readonly unknown[] = [null, true, 1, 'text', [], [{}], nested(400)];

/** One thing about a valid input made wrong; only what the schema refuses. */
export const mutatedInput = (schema: InputSchema, valid: fc.Arbitrary<Input>): fc.Arbitrary<unknown> =>
  valid
    .chain((input) => {
      const keys = Object.keys(input);
      const place = fc.constantFrom(...placesOf(input));
      return fc.oneof(
        fc.tuple(place, fc.constantFrom(...junk)).map(([path, value]) => replaced(input, path, () => value)),
        place.map((path) => replaced(input, path, (old) => [old])),
        place.map((path) => replaced(input, path, (old) => JSON.stringify(old))),
        fc
          .tuple(fc.constantFrom(...extraKeys), fc.constantFrom(...junk))
          .map(([key, value]) => withKey(input, key, value)),
        ...(keys.length > 0 ? [fc.constantFrom(...keys).map((key) => without(input, key))] : []),
      );
    })
    .filter((input) => !schema.safeParse(input).success);

/** Mutated input as it arrives: JSON knows no infinity. */
export const mutatedJson = (schema: InputSchema, valid: fc.Arbitrary<Input>): fc.Arbitrary<unknown> =>
  mutatedInput(schema, valid)
    .map((input): unknown => JSON.parse(JSON.stringify(input)))
    .filter((input) => !schema.safeParse(input).success);

/** A valid input with one key that its contract does not know. */
export const inputWithExtraKey = (schema: InputSchema, valid: fc.Arbitrary<Input>): fc.Arbitrary<Input> => {
  const fields = new Set(fieldsOf(schema));
  const key = fc
    .oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...extraKeys))
    .filter((name) => !fields.has(name));
  return fc.tuple(valid, key, fc.constantFrom(...junk)).map(([input, name, value]) => withKey(input, name, value));
};
