import { type Block, type Inline, parse } from './parse.ts';

/** What stands in a line, without its marks. */
export const textOf = (items: readonly Inline[]): string =>
  items.map((item) => (item.kind === 'break' ? ' ' : 'text' in item ? item.text : textOf(item.children))).join('');

function ofBlock(block: Block): string {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'quote':
      return ofBlocks(block.children);
    case 'list':
      return block.items.map((item) => ofBlocks(item.children)).join(' ');
    case 'table':
      return [block.header, ...block.rows].map((row) => row.map(textOf).join(' ')).join(' ');
    case 'rule':
      return '';
    default:
      return textOf(block.children);
  }
}

const ofBlocks = (blocks: readonly Block[]): string => blocks.map(ofBlock).join(' ');

/** The beginning of a message on one line, without its marks. */
export const plainText = (text: string, length = 160): string =>
  ofBlocks(parse(text.slice(0, length * 2)))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, length);
