import { describe, expect, test } from 'bun:test';
import { name, text } from '@shared/kernel/text.ts';

const accepts = (schema: ReturnType<typeof text>, value: unknown): boolean => schema.safeParse(value).success;

describe('a text', () => {
  test('is trimmed and counted by what people call characters, not by how they are stored', () => {
    expect(text(3).parse('  abc \n')).toBe('abc');
    expect(accepts(text(3), '😀😀😀')).toBe(true);
    expect(accepts(text(3), '😀😀😀😀')).toBe(false);
    expect(accepts(text(3), 'abcd')).toBe(false);
  });

  test.each(['', '   ', '\n\t', '\ufeff', 'a\0b', 'a\ud800', '\udc00a'])('%j is none', (value) => {
    expect(accepts(text(10), value)).toBe(false);
  });

  test('may have lines, tabs and any script', () => {
    for (const value of ['a\nb', 'a\tb', 'שלום', 'مرحبا', '你好', 'ä', 'e\u0301', '👩‍👩‍👧'])
      expect([value, accepts(text(10), value)]).toEqual([value, true]);
  });
});

describe('a name', () => {
  test.each(['Ada', 'Łukasz', 'Zoë', 'محمد', 'שרה', '陳大文', 'O’Neill', 'a\u0300b', '👩‍🚀', 'R2-D2', '１', 'नमस्ते'])(
    '%s is one',
    (value) => {
      expect(accepts(name(80), value)).toBe(true);
    },
  );

  test.each([
    ['a line break', 'a\nb'],
    ['a tab', 'a\tb'],
    ['an escape sequence', 'a\u001b[31m'],
    ['a next line of old terminals', 'a\u0085b'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['an override of direction', 'a\u202egnp.exe'],
    ['an isolate of direction', 'a\u2066b'],
    ['nothing but zero-width spaces', '\u200b\u200b'],
    ['nothing but joiners', '\u200d\u2060'],
    ['nothing but a soft hyphen', '\u00ad'],
    ['nothing but marks', '\u0300\u0301'],
    ['nothing but a blank letter', '\u3164'],
    ['nothing but a blank pattern of Braille', '\u2800'],
    ['nothing but tags', '\u{e0041}\u{e0042}'],
    ['nothing but private characters', '\ue000'],
  ])('%s is none', (_, value) => {
    expect(accepts(name(80), value)).toBe(false);
  });
});
