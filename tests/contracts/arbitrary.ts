import type { InputSchema } from '@shared/kernel/contract.ts';
import * as fc from 'fast-check';
import { z } from 'zod';

/** The part of JSON Schema that contracts use. */
interface Node {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Node[];
  oneOf?: Node[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: boolean | Node;
  items?: Node;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
}

/** Values that mean something to the server: fields draw from those that fit them, so that calls get deep. */
export interface Known {
  texts: readonly string[];
  numbers: readonly number[];
  /** What a field of this name draws from most of the time, where its text alone says too little. */
  fields: Readonly<Record<string, readonly string[]>>;
  /** All that a field of this name draws from, where other values would only take time. */
  only: Readonly<Record<string, readonly unknown[]>>;
}

export type Input = Record<string, unknown>;

const email = fc.stringMatching(/^[a-z0-9]{1,12}(\.[a-z0-9]{1,8})?@[a-z0-9]{1,10}\.[a-z]{2,4}$/);

const patternOf = (node: Node): RegExp | undefined =>
  node.pattern === undefined ? undefined : new RegExp(node.pattern, 'u');

function textOf(node: Node, known: Known): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = 200, format } = node;
  const pattern = patternOf(node);
  const fits = (text: string): boolean =>
    text.length >= minLength && text.length <= maxLength && (pattern?.test(text) ?? true);
  const sample = known.texts.filter(fits);
  const made: fc.Arbitrary<string>[] = [];
  if (format === 'email') made.push(email);
  else if (format === 'uri') made.push(fc.webUrl({ withQueryParameters: true }));
  else if (pattern) made.push(fc.stringMatching(new RegExp(pattern.source)));
  else
    made.push(
      fc.string({ minLength, maxLength, unit: 'grapheme' }),
      fc.string({ minLength, maxLength, unit: 'binary' }),
      fc.constantFrom(
        'x'.repeat(minLength),
        'x'.repeat(Math.ceil(maxLength / 2)),
        'x'.repeat(maxLength),
        '😀'.repeat(Math.floor(maxLength / 2)),
      ),
    );
  const fresh = fc.oneof(...made).filter(fits);
  if (sample.length === 0) return fresh;
  const weight = pattern ? 6 : 1;
  return fc.oneof({ weight: 1, arbitrary: fresh }, { weight, arbitrary: fc.constantFrom(...sample) });
}

function numberOf({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Node, known: Known) {
  const sample = known.numbers.filter((value) => value >= minimum && value <= maximum);
  return fc.oneof(
    fc.integer({ min: minimum, max: maximum }),
    fc.constantFrom(minimum, maximum),
    ...(sample.length > 0 ? [{ weight: 3, arbitrary: fc.constantFrom(...sample) }] : []),
  );
}

/** Values of one node; `output` describes what a pipe makes of it, which says more where the input is plain text. */
function valueOf(node: Node, output: Node | undefined, known: Known): fc.Arbitrary<unknown> {
  if (node.const !== undefined) return fc.constant(node.const);
  if (node.enum) return fc.constantFrom(...node.enum);
  const either = node.anyOf ?? node.oneOf;
  if (either) return fc.oneof(...either.map((part) => valueOf(part, undefined, known)));
  switch (node.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numberOf(node, known);
    case 'string':
      return textOf({ ...node, ...((node.pattern ?? node.format) ? {} : narrow(output)) }, known);
    case 'array':
      return fc.array(valueOf(node.items ?? {}, undefined, known), {
        minLength: node.minItems ?? 0,
        maxLength: node.maxItems ?? 10,
      });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(node.properties ?? {}).map(([name, property]) => {
            const only = known.only[name];
            if (only) return [name, fc.constantFrom(...only)];
            const value = valueOf(property, output?.properties?.[name], known);
            const likely = known.fields[name];
            return [name, likely ? fc.oneof(value, { weight: 4, arbitrary: fc.constantFrom(...likely) }) : value];
          }),
        ),
        { requiredKeys: node.required ?? [] },
      );
    default:
      throw new Error(`No values can be made of ${JSON.stringify(node)}: teach this file the schema`);
  }
}

const narrow = (output: Node | undefined): Node => ({
  ...(output?.pattern === undefined ? {} : { pattern: output.pattern }),
  ...(output?.format === undefined ? {} : { format: output.format }),
});

const jsonOf = (schema: InputSchema, io: 'input' | 'output'): Node =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Node;

/** Inputs that the schema accepts, refinements included. */
export const validInput = (schema: InputSchema, known: Known): fc.Arbitrary<Input> =>
  valueOf(jsonOf(schema, 'input'), jsonOf(schema, 'output'), known).filter(
    (input) => schema.safeParse(input).success,
  ) as fc.Arbitrary<Input>;

/** The names of an input's fields. */
export const fieldsOf = (schema: InputSchema): string[] => Object.keys(jsonOf(schema, 'input').properties ?? {});
