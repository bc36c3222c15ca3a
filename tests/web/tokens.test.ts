import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';

const read = (path: string) => readFileSync(new URL(`../../web/ui/${path}`, import.meta.url), 'utf8');
const tokens = new Map(
  [...read('tokens.css').matchAll(/--(color-[\w-]+):\s*(?:light-dark\((#\w{6}),\s*(#\w{6})\)|(#\w{6}));/g)].map(
    ([, name = '', light = '', dark = '', both]) => [name, { light: both ?? light, dark: both ?? dark }],
  ),
);

const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const grounds = ['color-bg', 'color-surface', 'color-raised', 'color-sunken'];
const softs = ['accent', 'ok', 'warn', 'danger', 'info'];
const pairs: [text: string, ground: string, least: number][] = [
  ...grounds.flatMap((ground): [string, string, number][] => [
    ['color-text', ground, 7],
    ['color-text-muted', ground, 4.5],
    ['color-text-faint', ground, 4.5],
    ['color-accent-text', ground, 4.5],
    ['color-danger', ground, 4.5],
    ['color-ok', ground, 4.5],
    ['color-warn', ground, 4.5],
    ['color-info', ground, 4.5],
    ['color-border-control', ground, 3],
    ['color-focus', ground, 3],
  ]),
  ...softs.map((tone): [string, string, number] => [
    tone === 'accent' ? 'color-accent-text' : `color-${tone}`,
    `color-${tone}-soft`,
    4.5,
  ]),
  ['color-on-accent', 'color-accent', 4.5],
  ['color-on-accent', 'color-accent-hover', 4.5],
  ['color-on-danger', 'color-danger-solid', 4.5],
  ['color-text-muted', 'color-hover', 4.5],
  ['color-text-muted', 'color-active', 4.5],
  ['color-text', 'color-active', 7],
];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const value = (name: string): string => {
    const token = tokens.get(name);
    if (!token) throw new Error(`tokens.css has no --${name}`);
    return token[theme];
  };

  test('every text can be read on the grounds it stands on, every control seen', () => {
    const weak = pairs
      .map(([text, ground, least]) => ({ text, ground, least, has: contrast(value(text), value(ground)) }))
      .filter(({ has, least }) => has < least)
      .map(({ text, ground, least, has }) => `${text} on ${ground}: ${has.toFixed(2)}, needs ${least}`);
    expect(weak).toEqual([]);
  });
});

test('white initials can be read on each colour of an avatar', () => {
  const tones = [...read('avatar.css').matchAll(/--avatar-tone: (#\w{6})/g)].map((match) => match[1] ?? '');
  expect(tones.length).toBe(10);
  expect(tones.filter((tone) => contrast('#ffffff', tone) < 4.5)).toEqual([]);
});
