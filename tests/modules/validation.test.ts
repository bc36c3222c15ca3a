import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { validate } from '../../server/modules/validation.ts';

const schema = z.strictObject({ name: z.string().min(2).max(5), list: z.array(z.number()).max(2).optional() });

describe('a value from outside', () => {
  test('is answered with as the schema makes it', () => {
    expect(validate(schema, { name: 'Ada' })).toEqual({ ok: true, data: { name: 'Ada' } });
  });

  test('is refused with its places, and without what was sent', () => {
    const result = validate(schema, { name: 'secret password' });
    expect(result).toMatchObject({ ok: false, error: { code: 'request.invalid', issues: [{ path: 'name' }] } });
    expect(JSON.stringify(result)).not.toContain('secret');
  });

  test.each([
    ['a text whose length cannot be compared', { name: { length: { toString: {} } } }],
    ['a list whose length cannot be compared', { name: 'Ada', list: { length: { valueOf: 1, toString: 1 } } }],
    ['a length without a prototype', { name: { length: Object.create(null) } }],
  ])('is refused, and not an accident, when it is %s', (_, value) => {
    expect(validate(schema, value)).toMatchObject({ ok: false, error: { code: 'request.invalid' } });
  });
});
