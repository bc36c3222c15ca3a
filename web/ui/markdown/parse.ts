import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { safeLink } from './link.ts';

export type Inline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'strong' | 'em' | 'del'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] }
  | { kind: 'break' };

export interface ListItem {
  /** Set on the items of a task list. */
  checked?: boolean;
  children: Block[];
}

export type Block =
  | { kind: 'paragraph'; children: Inline[] }
  | { kind: 'heading'; level: number; children: Inline[] }
  | { kind: 'code'; text: string; language: string }
  | { kind: 'quote'; children: Block[] }
  | { kind: 'list'; ordered: boolean; start: number; items: ListItem[] }
  | { kind: 'table'; align: readonly (string | null)[]; header: Inline[][]; rows: Inline[][][] }
  | { kind: 'rule' };

/** Deeper than this, nested markup is shown as it was typed. */
const MAX_DEPTH = 12;
/** Emphasis is matched in quadratic time: a text made of its marks is shown as it was typed. */
const MAX_MARKS = 1_500;

const paragraph = (text: string): Block => ({ kind: 'paragraph', children: [{ kind: 'text', text }] });

/** Adjacent texts become one, so that a character reference or an escape does not split a word. */
function push(list: Inline[], item: Inline): void {
  const last = list.at(-1);
  if (item.kind === 'text' && last?.kind === 'text') last.text += item.text;
  else list.push(item);
}

function inlines(tokens: readonly Token[] | undefined, depth: number): Inline[] {
  const list: Inline[] = [];
  for (const token of tokens ?? []) push(list, inline(token as MarkedToken, depth));
  return list;
}

function inline(token: MarkedToken, depth: number): Inline {
  if (depth > MAX_DEPTH) return { kind: 'text', text: token.raw };
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return { kind: token.type, children: inlines(token.tokens, depth + 1) };
    case 'codespan':
      return { kind: 'code', text: token.text };
    case 'br':
      return { kind: 'break' };
    case 'link':
      return link(token, inlines(token.tokens, depth + 1));
    case 'image':
      // Loading it would tell its server who reads here: a link leaves that to the reader.
      return link(token, [{ kind: 'text', text: token.text || token.href }]);
    case 'escape':
      return { kind: 'text', text: token.text };
    case 'text':
      return { kind: 'text', text: token.text };
    default:
      return { kind: 'text', text: token.raw };
  }
}

function link(token: Tokens.Link | Tokens.Image, children: Inline[]): Inline {
  const href = safeLink(token.href);
  return href === undefined ? { kind: 'text', text: token.raw } : { kind: 'link', href, children };
}

function blocks(tokens: readonly Token[], depth: number): Block[] {
  const list: Block[] = [];
  for (const token of tokens as MarkedToken[]) {
    const item = block(token, depth);
    if (item) list.push(item);
  }
  return list;
}

function block(token: MarkedToken, depth: number): Block | undefined {
  if (token.type === 'space' || token.type === 'checkbox') return undefined;
  if (depth > MAX_DEPTH) return paragraph(token.raw);
  switch (token.type) {
    case 'paragraph':
      return { kind: 'paragraph', children: inlines(token.tokens, depth) };
    case 'text':
      return { kind: 'paragraph', children: inlines(token.tokens ?? [token], depth) };
    case 'heading':
      return token.text === ''
        ? paragraph(token.raw.trimEnd())
        : { kind: 'heading', level: token.depth, children: inlines(token.tokens, depth) };
    case 'code':
      return { kind: 'code', text: token.text, language: token.lang ?? '' };
    case 'blockquote':
      return { kind: 'quote', children: blocks(token.tokens, depth + 1) };
    case 'list':
      return list(token, depth);
    case 'table':
      return {
        kind: 'table',
        align: token.align,
        header: token.header.map((cell) => inlines(cell.tokens, depth)),
        rows: token.rows.map((row) => row.map((cell) => inlines(cell.tokens, depth))),
      };
    case 'hr':
      return { kind: 'rule' };
    default:
      // HTML and link definitions: in a chat, what somebody typed does not vanish.
      return paragraph(token.raw.trimEnd());
  }
}

function list(token: Tokens.List, depth: number): Block {
  const items = token.items.map((item): ListItem => {
    const children = blocks(item.tokens, depth + 1);
    return item.task ? { checked: item.checked === true, children } : { children };
  });
  return { kind: 'list', ordered: token.ordered, start: token.start === '' ? 1 : token.start, items };
}

/** The blocks of a message. Whatever the text is, it is shown in full and takes a bounded time. */
export function parse(text: string, { breaks = true }: { breaks?: boolean } = {}): Block[] {
  if ((text.match(/[*_]/g)?.length ?? 0) > MAX_MARKS) return [paragraph(text)];
  try {
    return blocks(new Lexer({ gfm: true, breaks }).lex(text), 0);
  } catch {
    // Quotes in quotes by the thousand exhaust the lexer's stack.
    return [paragraph(text)];
  }
}
