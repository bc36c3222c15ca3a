import { describe, expect, test } from 'bun:test';
import { MOST_LEVELS, parseJson } from '../../server/platform/json.ts';

const lists = (levels: number, inside = '') => '['.repeat(levels) + inside + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('JSON from outside', () => {
  test('is what JSON.parse says of it', () => {
    for (const text of ['1', '"a"', 'null', '[]', '{"__proto__":[1],"b":{"c":"d"}}', lists(MOST_LEVELS)])
      expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(() => parseJson('{')).toThrow(SyntaxError);
  });

  test('has so many levels, and not one more, whatever is beside them', () => {
    expect(parseJson(objects(MOST_LEVELS))).toEqual(JSON.parse(objects(MOST_LEVELS)));
    for (const text of [
      lists(MOST_LEVELS + 1),
      objects(MOST_LEVELS + 1),
      `[1,"a",{"b":${lists(MOST_LEVELS - 1)}},[]]`,
      `{"__proto__":${lists(MOST_LEVELS)}}`,
      lists(100_000),
    ])
      expect(() => parseJson(text)).toThrow('levels of nesting');
  });

  test('may be as wide as it likes, and brackets in texts are no levels', () => {
    const wide = Array.from({ length: 10_000 }, (_, n) => ({ n, text: lists(1000) }));
    expect(parseJson(JSON.stringify(wide))).toEqual(wide);
  });
});
