import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { safeLink } from '../../web/ui/markdown/link.ts';
import { type Block, type Inline, parse } from '../../web/ui/markdown/parse.ts';

const inlineText = (item: Inline): string => {
  if (item.kind === 'break') return '\n';
  return 'text' in item ? item.text : item.children.map(inlineText).join('');
};
const blockText = (block: Block): string => {
  switch (block.kind) {
    case 'code':
      return `${block.language}\n${block.text}`;
    case 'quote':
      return block.children.map(blockText).join('\n');
    case 'list':
      return block.items.flatMap((item) => item.children.map(blockText)).join('\n');
    case 'table':
      return [block.header, ...block.rows].flat(2).map(inlineText).join(' ');
    case 'rule':
      return '';
    default:
      return block.children.map(inlineText).join('');
  }
};
const shown = (text: string): string => parse(text).map(blockText).join('\n');
const links = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(links);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'href' in value && typeof value.href === 'string' ? [value.href] : [];
  return [...own, ...Object.values(value).flatMap(links)];
};
const repeated = (unit: string): string => unit.repeat(Math.ceil(10_000 / unit.length)).slice(0, 10_000);
const text = (value: string): Inline => ({ kind: 'text', text: value });

describe('what people write', () => {
  test('emphasis, code, struck-out text and line breaks', () => {
    expect(parse('**a** *b* ~~c~~ `d`\ne')).toEqual([
      {
        kind: 'paragraph',
        children: [
          { kind: 'strong', children: [text('a')] },
          text(' '),
          { kind: 'em', children: [text('b')] },
          text(' '),
          { kind: 'del', children: [text('c')] },
          text(' '),
          { kind: 'code', text: 'd' },
          { kind: 'break' },
          text('e'),
        ],
      },
    ]);
  });

  test('code blocks keep their lines and say their language', () => {
    expect(parse('```ts\nlet a;\n  b()\n```')).toEqual([{ kind: 'code', text: 'let a;\n  b()', language: 'ts' }]);
  });

  test('quotes, headings and rules', () => {
    expect(parse('#')).toEqual([{ kind: 'paragraph', children: [text('#')] }]);
    expect(parse('> a\n\n# b\n\n---').map(({ kind }) => kind)).toEqual(['quote', 'heading', 'rule']);
  });

  test('numbered lists keep their first number, also 0; task lists say what is done', () => {
    expect(parse('3. a\n4. b')).toMatchObject([{ ordered: true, start: 3, items: [{}, {}] }]);
    expect(parse('0. a')).toMatchObject([{ start: 0 }]);
    expect(parse('- [x] a\n- [ ] b')).toMatchObject([{ items: [{ checked: true }, { checked: false }] }]);
    expect(parse('- a')).not.toMatchObject([{ items: [{ checked: false }] }]);
  });

  test('tables keep their alignment', () => {
    expect(parse('|a|b|\n|:-|-:|\n|1|2|')).toEqual([
      {
        kind: 'table',
        align: ['left', 'right'],
        header: [[text('a')], [text('b')]],
        rows: [[[text('1')], [text('2')]]],
      },
    ]);
  });

  test('addresses become links by themselves', () => {
    expect(links(parse('see https://example.org/a?b=c, www.example.org or ada@example.org'))).toEqual([
      'https://example.org/a?b=c',
      'http://www.example.org/',
      'mailto:ada@example.org',
    ]);
  });
});

describe('what must not happen', () => {
  test('only the web and mailboxes are linked, whatever the address is dressed up as', () => {
    for (const href of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'java\tscript:alert(1)',
      ' javascript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://example.org/x',
      '//example.org',
      '/api/auth/sign-out',
      'rooms/room_1',
      '',
      'https://',
    ]) {
      expect(safeLink(href)).toBeUndefined();
    }
    expect(safeLink('HTTPS://Example.org/ä')).toBe('https://example.org/%C3%A4');
  });

  test('links may lead to pages of Hearth, and to nothing else of it', () => {
    for (const href of ['/rooms/room_1', '/modules/chess#a1b2', '/people', '/docs#chat.history'])
      expect(safeLink(href)).toBe(href);
    for (const href of [
      '/',
      '//example.org',
      '/api/auth/signOut',
      '/rooms/../api/x',
      '/rooms\\x',
      '/roomsx',
      '/signin',
    ])
      expect(safeLink(href)).toBeUndefined();
  });

  test('a refused link is shown as it was typed', () => {
    expect(shown('[click](javascript:alert(1)) <data:text/html,x>')).toBe(
      '[click](javascript:alert(1)) <data:text/html,x>',
    );
    expect(links(parse('[click](javascript:alert(1)) [a](<java\nscript:x>) <javascript:x>'))).toEqual([]);
  });

  test('an image is a link and nothing that loads', () => {
    expect(parse('![cat](https://example.org/cat.png)')).toEqual([
      {
        kind: 'paragraph',
        children: [{ kind: 'link', href: 'https://example.org/cat.png', children: [text('cat')] }],
      },
    ]);
  });

  test('HTML is shown as text', () => {
    for (const html of ['<script>alert(1)</script>', 'a <img src=x onerror=alert(1)> b', '<div>\n*a*\n</div>']) {
      expect(shown(html)).toBe(html);
    }
  });

  test('nothing that was typed vanishes: definitions, comments and character references stay', () => {
    expect(shown('[a]: https://example.org')).toBe('[a]: https://example.org');
    expect(shown('a <!-- b --> c &lt; &amp;')).toBe('a <!-- b --> c &lt; &amp;');
    expect(shown('> [a]: https://example.org')).toContain('example.org');
  });

  test('letters come out as they went in, in the same order, whatever marks stand between them', () => {
    const marks = '* ** *** _ ~~ ` ``` > # - [ ] ( ) ![ < <b> <!-- --> & \\'.split(' ');
    const piece = fc.constantFrom('a', 'b', 'ß', '😀', '\u202e', ' ', '\n', '\n\n', '\t', '    ', '- [ ] ', ...marks);
    const letters = (value: string) => value.replaceAll(/[^abß😀\u202e]/gu, '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const typed = pieces.join('').trim();
        expect(letters(shown(typed))).toBe(letters(typed));
      }),
      { numRuns: 300 },
    );
  });

  test('any text is parsed without an error, and leads only to the web and to mailboxes', () => {
    const marks = '[ ] ( ) < > ! " | - javascript: data: https:// a.b'.split(' ');
    const piece = fc.oneof(fc.constantFrom('\n', ...marks), fc.string({ unit: 'grapheme', maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        for (const href of links(parse(pieces.join('')))) expect(href).toMatch(/^(https?|mailto):/);
      }),
      { numRuns: 300 },
    );
  });

  const units = [
    ...'[ ![ [a]( [x][ ![]( ]( * ** _ a* *_ **_a ` ``a ~ ~~a > < <!-- <a= & &amp \\ | # http:// http://a.b/( www.'.split(
      ' ',
    ),
    ...'a@ a.b@ \u200b 😀 \ud800 \u0301 a'.split(' '),
    ...'[a](b ¦*a ¦**a ¦_a ¦` ¦> ¦- ¦1. ¦- > ¦> - ¦* * ¦+ ¦- [ ] ¦[x]: a\n¦<a ¦<a href="¦| a ¦|a|\n|-|\n¦```\n'.split(
      '¦',
    ),
    ...'a\n¦a\n\n¦a\t'.split('¦'),
  ];
  // The runner gives up on what takes the square of its length or worse.
  test.each(units)(
    '10,000 characters of %p, made to be slow or deep, are parsed and shown in full',
    (unit) => {
      expect(JSON.stringify(parse(repeated(unit))).length).toBeGreaterThan(2);
    },
    1_000,
  );

  test('brackets, marks and lists nested by the thousand do not exhaust the stack', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['(', ')'],
      ['<', '>'],
      ['*', '*'],
      ['~~', '~~'],
      ['[a](', ')'],
    ] as const) {
      const bomb = open.repeat(2_500) + 'x' + close.repeat(2_500);
      expect(shown(bomb)).toContain('x');
    }
    const lists = Array.from({ length: 130 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n');
    expect(shown(lists).match(/a/g)).toHaveLength(130);
  });
});
