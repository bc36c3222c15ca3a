import './markdown.css';
import { A } from '@solidjs/router';
import { createMemo, For, type JSX, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { useI18n } from '../../i18n/i18n.tsx';
import { type Block, type Inline, type ListItem, parse } from './parse.ts';
import { textOf } from './plain-text.ts';

const Inlines = (props: { items: readonly Inline[] }) => <For each={props.items}>{inline}</For>;
const Blocks = (props: { items: readonly Block[] }) => <For each={props.items}>{block}</For>;

function inline(item: Inline): JSX.Element {
  switch (item.kind) {
    case 'text':
      return item.text;
    case 'break':
      return <br />;
    case 'code':
      return <code class="md-code">{item.text}</code>;
    case 'link':
      if (item.href.startsWith('/'))
        return (
          <A href={item.href}>
            <Inlines items={item.children} />
          </A>
        );
      return (
        <a href={item.href} title={item.href} target="_blank" rel="noopener noreferrer">
          <Inlines items={item.children} />
        </a>
      );
    case 'strong':
      return (
        <strong>
          <Inlines items={item.children} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines items={item.children} />
        </em>
      );
    case 'del':
      return (
        <del>
          <Inlines items={item.children} />
        </del>
      );
  }
}

function block(item: Block): JSX.Element {
  switch (item.kind) {
    case 'paragraph':
      return (
        <p>
          <Inlines items={item.children} />
        </p>
      );
    case 'heading':
      return (
        <p class={`md-heading md-heading--${item.level}`}>
          <Inlines items={item.children} />
        </p>
      );
    case 'code':
      return <CodeBlock text={item.text} language={item.language} />;
    case 'quote':
      return (
        <blockquote>
          <Blocks items={item.children} />
        </blockquote>
      );
    case 'list':
      return <List list={item} />;
    case 'table':
      return <Table table={item} />;
    case 'rule':
      return <hr />;
  }
}

/** Scrolls sideways by itself: focusable, so that the keyboard can do it too. */
function CodeBlock(props: { text: string; language: string }) {
  const { t } = useI18n();
  return (
    <pre class="md-block" tabindex="0" role="region" aria-label={`${t('chat.code')} ${props.language}`.trim()}>
      <code>{props.text}</code>
    </pre>
  );
}

function Item(props: { item: ListItem }) {
  const { t } = useI18n();
  return (
    <li classList={{ 'md-task': props.item.checked !== undefined }}>
      <Show when={props.item.checked !== undefined}>
        <span class="md-check" classList={{ 'md-check--done': props.item.checked }}>
          <span class="visually-hidden">{props.item.checked ? t('chat.taskDone') : t('chat.taskOpen')}</span>
        </span>
      </Show>
      <Blocks items={props.item.children} />
    </li>
  );
}

function List(props: { list: Extract<Block, { kind: 'list' }> }) {
  const items = () => <For each={props.list.items}>{(item) => <Item item={item} />}</For>;
  return (
    <Show when={props.list.ordered} fallback={<ul>{items()}</ul>}>
      <ol start={props.list.start}>{items()}</ol>
    </Show>
  );
}

const alignClass = (align: string | null | undefined): string | undefined => (align ? `md-${align}` : undefined);

function Table(props: { table: Extract<Block, { kind: 'table' }> }) {
  const { t } = useI18n();
  return (
    <div class="md-table" tabindex="0" role="region" aria-label={t('chat.table')}>
      <table>
        <thead>
          <tr>
            <For each={props.table.header}>
              {(cell, column) => (
                <th scope="col" class={alignClass(props.table.align[column()])}>
                  <Inlines items={cell} />
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={props.table.rows}>
            {(row) => (
              <tr>
                <For each={row}>
                  {(cell, column) => (
                    <td class={alignClass(props.table.align[column()])}>
                      <Inlines items={cell} />
                    </td>
                  )}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}

/** One to three emoji and nothing else. */
const FEW_EMOJI = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** What a heading is read by: part of an address. */
export const headingId = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');

/** A text of several chapters, whose headings are those of the page. Those of the first level are left to the page. */
export function Chapters(props: { text: string }) {
  const blocks = createMemo(() =>
    parse(props.text, { breaks: false }).filter((item) => item.kind !== 'heading' || item.level > 1),
  );
  return (
    <div class="markdown markdown--chapters">
      <For each={blocks()}>
        {(item) => {
          if (item.kind !== 'heading') return block(item);
          const id = headingId(textOf(item.children));
          return (
            <Dynamic component={item.level === 2 ? 'h2' : 'h3'} id={id} class="md-chapter" tabindex="-1">
              <Inlines items={item.children} />
            </Dynamic>
          );
        }}
      </For>
    </div>
  );
}

/** A message as elements: no HTML is ever made from what somebody typed. Its headings are no part of the page's outline. */
export function Markdown(props: { text: string }) {
  const blocks = createMemo(() => parse(props.text));
  return (
    <div class="markdown" classList={{ 'markdown--emoji': FEW_EMOJI.test(props.text) }} dir="auto">
      <Blocks items={blocks()} />
    </div>
  );
}
