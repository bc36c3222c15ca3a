import { expect, test } from 'bun:test';
import type { LogLine } from '@shared/modules/schema.ts';
import { appended, asText, from, merged, MOST } from '../../web/modules/log/log-lines.ts';

const line = (at: number, text: string, level: LogLine['level'] = 'info'): LogLine => ({
  at,
  level,
  source: 'module',
  text,
});
const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

test('what was asked for and what was streamed meanwhile show each line once, in order', () => {
  const asked = [line(1, 'a'), line(2, 'b')];
  expect(textsOf(merged(asked, [line(2, 'b'), line(3, 'c')]))).toEqual(['a', 'b', 'c']);
  expect(textsOf(merged([], [line(1, 'a')]))).toEqual(['a']);
  expect(textsOf(merged([line(1, 'a'), line(3, 'c')], [line(2, 'b')]))).toEqual(['a', 'b', 'c']);
});

test('the same words written twice in a millisecond stay two lines', () => {
  expect(textsOf(merged([line(1, 'tick'), line(1, 'tick')], [line(1, 'tick')]))).toEqual(['tick', 'tick']);
  expect(textsOf(merged([line(1, 'tick')], [line(1, 'tick'), line(1, 'tick')]))).toEqual(['tick', 'tick']);
});

test('the page keeps the newest lines and lets the oldest go', () => {
  let lines: readonly LogLine[] = [];
  for (let at = 0; at < MOST + 5; at++) lines = appended(lines, line(at, String(at)));
  expect([lines.length, lines[0]?.text, lines.at(-1)?.text]).toEqual([MOST, '5', String(MOST + 4)]);
  expect(merged(lines, [line(MOST + 9, 'new')])).toHaveLength(MOST);
});

test('a level shows itself and what is worse', () => {
  const all = [line(1, 'd', 'debug'), line(2, 'i'), line(3, 'w', 'warn'), line(4, 'e', 'error')];
  expect(textsOf(from(all, 'debug'))).toEqual(['d', 'i', 'w', 'e']);
  expect(textsOf(from(all, 'warn'))).toEqual(['w', 'e']);
});

test('lines are copied with their moment, level and source', () => {
  expect(asText([line(0, 'hello'), line(1000, 'bad', 'error')])).toBe(
    '1970-01-01T00:00:00.000Z info module hello\n1970-01-01T00:00:01.000Z error module bad',
  );
});
