import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources, root } from '../support/sources.ts';

const text = readFileSync(join(root, 'shared/hub/PROTOCOL.md'), 'utf8');
const rules = [...text.matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map((match) => match[1] ?? '');

interface Citation {
  file: string;
  name: string;
  rules: string[];
  /** Whether it stands where the name of a test stands. */
  isName: boolean;
}

/** Texts that end with the numbers of rules: `a test’s name [R1, R2]`. */
function citationsIn(path: string, code: string): Citation[] {
  const cited = /(['"`])((?:(?!\1)(?:[^\\\n]|\\.))*) \[([A-Z]\d+(?:, [A-Z]\d+)*)\]\1/g;
  return [...code.matchAll(cited)].map((match) => ({
    file: path,
    name: match[2] ?? '',
    rules: (match[3] ?? '').split(', '),
    isName: /(?:\b(?:test|it)(?:\.if\([^)]*\))?|\btest\.each\([\s\S]*\))\(\s*$/.test(code.slice(0, match.index)),
  }));
}

const citations = readSources('tests')
  .filter(({ path }) => path.endsWith('.test.ts') && path !== 'tests/hub/protocol.test.ts')
  .flatMap(({ path, text: code }) => citationsIn(path, code));
const named = (wrong: Citation[]): string[] => wrong.map(({ file, name }) => `${file}: ${name}`);

describe('the rules of the protocol', () => {
  test('are numbered in order, each section by its letter', () => {
    const letters = [...new Set(rules.map((rule) => rule[0]))];
    const counted = letters.flatMap((letter) => {
      const count = rules.filter((rule) => rule[0] === letter).length;
      return Array.from({ length: count }, (_, n) => `${letter}${n + 1}`);
    });
    expect(rules.length).toBeGreaterThan(40);
    expect(rules).toEqual(counted);
  });

  test('are all told by a numbered line: the text has no other points', () => {
    expect(text.match(/^- /gm)?.length).toBe(rules.length);
  });

  test('are each cited by a test at least', () => {
    const cited = new Set(citations.flatMap((citation) => citation.rules));
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  });
});

describe('the tests', () => {
  test('cite no rule that there is not', () => {
    expect(named(citations.filter((citation) => citation.rules.some((rule) => !rules.includes(rule))))).toEqual([]);
  });

  test('cite at most three rules each, none twice', () => {
    const wrong = citations.filter(({ rules: cited }) => cited.length > 3 || new Set(cited).size !== cited.length);
    expect(named(wrong)).toEqual([]);
  });

  test('cite rules in their names and nowhere else', () => {
    expect(named(citations.filter(({ isName }) => !isName))).toEqual([]);
  });
});

test('citations are found in each form of a test, and only as the end of its name', () => {
  const found = citationsIn(
    'a.test.ts',
    [
      `test('one thing [R1]', () => {});`,
      `test.each(table)(`,
      `  "%s isn't two [R1, R2]", () => {});`,
      `describe('a group [R3]', () => {});`,
      `test('a list [R1] of things', () => {});`,
      `expect(list).toEqual(['x [F1]']);`,
    ].join('\n'),
  );
  expect(found.map(({ name, rules: cited, isName }) => [name, cited.join(' '), isName])).toEqual([
    ['one thing', 'R1', true],
    [`%s isn't two`, 'R1 R2', true],
    ['a group', 'R3', false],
    ['x', 'F1', false],
  ]);
});
