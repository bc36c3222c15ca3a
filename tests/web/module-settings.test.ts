import { describe, expect, test } from 'bun:test';
import type { ModuleSettings } from '@shared/modules/schema.ts';
import { z } from 'zod';
import { changedOf, draftsOf, fieldOfIssue, readDrafts } from '../../web/modules/settings/draft.ts';
import { type Field, fieldsOf, labelOf } from '../../web/modules/settings/fields.ts';

const fields = (shape: z.ZodRawShape): Field[] => fieldsOf(z.toJSONSchema(z.object(shape)) as Record<string, unknown>);
const only = (schema: z.ZodType): Field => {
  const [field] = fields({ it: schema });
  if (!field) throw new Error('The schema has no field');
  return field;
};
const stored = (values: Record<string, unknown>, secrets: ModuleSettings['secrets'] = {}): ModuleSettings => ({
  schema: {},
  values,
  secrets,
});

describe('the fields of a schema', () => {
  test('are what each type is best entered in', () => {
    const kinds = fields({
      text: z.string(),
      mail: z.email(),
      address: z.url(),
      number: z.number(),
      whole: z.int(),
      flag: z.boolean(),
      colour: z.enum(['red', 'green']),
      size: z.union([z.literal(1), z.literal(2)]),
      tags: z.array(z.string()),
      days: z.array(z.enum(['mo', 'tu'])),
      key: z.string().meta({ 'x-secret': true }),
      map: z.record(z.string(), z.number()),
    }).map((field) => [field.name, field.kind]);
    expect(kinds).toEqual([
      ['text', 'text'],
      ['mail', 'text'],
      ['address', 'text'],
      ['number', 'number'],
      ['whole', 'number'],
      ['flag', 'boolean'],
      ['colour', 'choice'],
      ['size', 'choice'],
      ['tags', 'list'],
      ['days', 'choices'],
      ['key', 'secret'],
      ['map', 'json'],
    ]);
    expect([only(z.email()), only(z.url()), only(z.string())]).toMatchObject([
      { format: 'email' },
      { format: 'url' },
      { format: 'text' },
    ]);
  });

  test('are optional with a default, without being required, or when null will do', () => {
    const optional = (schema: z.ZodType) => only(schema).isOptional;
    expect(optional(z.string())).toBe(false);
    expect([z.string().optional(), z.string().nullable(), z.string().default('x')].map(optional)).toEqual([
      true,
      true,
      true,
    ]);
    expect(only(z.number().nullable())).toMatchObject({ kind: 'number', isOptional: true });
    expect(only(z.enum(['a']).nullable())).toMatchObject({ kind: 'choice', isOptional: true });
  });

  test('carry limits, but not those of the machine', () => {
    expect(only(z.number().min(2).max(9))).toMatchObject({ minimum: 2, maximum: 9 });
    expect(only(z.int().min(0))).toMatchObject({ isWhole: true, minimum: 0, maximum: undefined });
    expect([only(z.string().max(80)), only(z.string().max(2000))]).toMatchObject([{ isLong: false }, { isLong: true }]);
  });

  test('are called by their title, or by their name in words', () => {
    expect(only(z.string().meta({ title: 'Call sign' })).label).toBe('Call sign');
    expect(['apiKey', 'max_retries', 'base-url', 'useTLS', 'x'].map(labelOf)).toEqual([
      'Api key',
      'Max retries',
      'Base url',
      'Use TLS',
      'X',
    ]);
  });

  test('of something that is no schema are none', () => {
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({ properties: { broken: 3 } })).toEqual([]);
  });
});

describe('a form', () => {
  const shape = fields({
    name: z.string(),
    rate: z.number().min(1).max(10).default(5),
    loud: z.boolean().default(true),
    tags: z.array(z.string()).default([]),
    colour: z.enum(['red', 'green']).optional(),
    key: z.string().meta({ 'x-secret': true }),
    spare: z.string().meta({ 'x-secret': true }).optional(),
  });
  const settings = stored({ name: 'Lamp', tags: ['a', 'b'], colour: 'red' }, { key: 'set', spare: 'set' });
  const before = draftsOf(shape, settings);
  const send = (changes: Record<string, string | boolean | null>, secrets = settings.secrets) =>
    readDrafts(shape, { ...before, ...changes }, before, secrets);

  test('shows what is stored, defaults of switches, and nothing of a secret', () => {
    expect(before).toEqual({ name: 'Lamp', rate: '', loud: true, tags: 'a\nb', colour: '"red"', key: '', spare: '' });
  });

  test('that nobody changed sends nothing', () => {
    expect(send({})).toEqual({ values: {}, refused: {} });
    expect(changedOf(shape, { ...before }, before)).toEqual([]);
  });

  test('sends what was changed and nothing else, null for what was emptied', () => {
    expect(send({ name: ' Desk lamp ', rate: '2,5', loud: false, tags: ' a \n\n c ', colour: '' })).toEqual({
      values: { name: 'Desk lamp', rate: 2.5, loud: false, tags: ['a', 'c'], colour: null },
      refused: {},
    });
    expect(changedOf(shape, { ...before, loud: false }, before).map(({ name }) => name)).toEqual(['loud']);
  });

  test('keeps a secret that is not entered again, and empties one only where it may be empty', () => {
    expect(send({ key: 'new' }).values).toEqual({ key: 'new' });
    expect(send({ spare: null })).toEqual({ values: { spare: null }, refused: {} });
    expect(send({ key: null }).refused).toEqual({ key: { code: 'required' } });
  });

  test('asks for a secret that is not there, or can no longer be read', () => {
    for (const state of ['empty', 'unreadable'] as const)
      expect(send({}, { key: state, spare: state }).refused).toEqual({ key: { code: 'required' } });
  });

  test('refuses what is no number, too small, too large, or empty where something has to stand', () => {
    expect(send({ rate: 'fast', name: ' ' }).refused).toEqual({
      rate: { code: 'invalid_type', params: { origin: 'number' } },
      name: { code: 'required' },
    });
    expect(send({ rate: '0' }).refused).toEqual({
      rate: { code: 'too_small', params: { origin: 'number', minimum: 1 } },
    });
    expect(send({ rate: '11' }).refused).toMatchObject({ rate: { code: 'too_big' } });
  });

  test('takes whole numbers where the schema wants them, and JSON where it knows nothing better', () => {
    const others = fields({ count: z.int(), map: z.record(z.string(), z.number()).optional() });
    const empty = draftsOf(others, stored({}));
    const readOthers = (count: string, map: string) => readDrafts(others, { count, map }, empty, {});
    expect(readOthers('3', '{"a": 1}')).toEqual({ values: { count: 3, map: { a: 1 } }, refused: {} });
    expect(readOthers('3.5', '{')).toEqual({
      values: {},
      refused: {
        count: { code: 'invalid_type', params: { origin: 'int' } },
        map: { code: 'invalid_type', params: { origin: 'json' } },
      },
    });
  });

  test('keeps the order of options, whatever their type', () => {
    const days = fields({ days: z.array(z.enum(['mo', 'tu', 'we'])), size: z.literal([1, 2]) });
    const empty = draftsOf(days, stored({}));
    expect(readDrafts(days, { days: ['"we"', '"mo"'], size: '2' }, empty, {}).values).toEqual({
      days: ['mo', 'we'],
      size: 2,
    });
  });

  test('finds the field that an issue of the server is about', () => {
    const name = (path: string) => fieldOfIssue(path, shape)?.name;
    expect(['tags', 'tags.0', 'values.tags.0', 'values', 'other'].map(name)).toEqual([
      'tags',
      'tags',
      'tags',
      undefined,
      undefined,
    ]);
  });
});
