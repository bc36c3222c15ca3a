import type { Message } from '@shared/chat/schema.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import type { Page } from '@shared/kernel/paging.ts';
import type { HistoryWindow } from './state.ts';

export type PageKind = NonNullable<HistoryWindow['loading']>;

export const openingWindow = (ticket: number): HistoryWindow => ({
  status: 'opening',
  messages: [],
  ticket,
  loading: 'open',
  arrived: [],
});

/** Both lists in the order of positions, each message once; the second list wins. */
export function merge(older: readonly Message[], newer: readonly Message[]): Message[] {
  const byId = new Map<string, Message>();
  for (const message of older) byId.set(message.id, message);
  for (const message of newer) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.position - b.position);
}

/** Whether two copies of one message say the same. */
export const sameRevision = (a: Message, b: Message): boolean =>
  a.editedAt === b.editedAt && a.deletedAt === b.deletedAt;

export function receive(window: HistoryWindow, message: Message): HistoryWindow {
  const index = window.messages.findIndex(({ id }) => id === message.id);
  const known = window.messages[index];
  if (known) {
    return sameRevision(known, message) ? window : { ...window, messages: window.messages.with(index, message) };
  }
  if (window.loading) return { ...window, arrived: merge(window.arrived, [message]) };
  // Newer pages are still to be asked for: this message will be in one of them.
  if (window.after !== undefined || window.status !== 'ready') return window;
  const last = window.messages.at(-1);
  const messages =
    !last || last.position < message.position ? [...window.messages, message] : merge(window.messages, [message]);
  return { ...window, messages };
}

export function addPage(window: HistoryWindow, kind: PageKind, page: Page<Message>): HistoryWindow {
  const next: HistoryWindow = { status: 'ready', messages: [], ticket: window.ticket, arrived: [] };
  const before = kind === 'after' ? window.before : page.before;
  const after = kind === 'before' ? window.after : page.after;
  if (before !== undefined) next.before = before;
  if (after !== undefined) next.after = after;
  const known = kind === 'open' ? [] : window.messages;
  next.messages = kind === 'before' ? merge(page.items, known) : merge(known, page.items);
  // What came meanwhile continues the window only where it reaches the head.
  if (after === undefined && window.arrived.length > 0) next.messages = merge(next.messages, window.arrived);
  return next;
}

/** Drops the oldest messages but `keep`, so that a busy room left open does not grow without end. */
export function trim(window: HistoryWindow, keep: number): HistoryWindow {
  const messages = window.messages.slice(-keep);
  const first = messages[0];
  if (!first || messages.length === window.messages.length || window.loading) return window;
  return { ...window, messages, before: first.position - 1 };
}

export function failPage(window: HistoryWindow, kind: PageKind, error: HearthError): HistoryWindow {
  const next: HistoryWindow = { ...window, error, failed: kind, arrived: [] };
  delete next.loading;
  if (window.status !== 'ready') next.status = 'failed';
  // After a reload that failed, nobody knows whether these follow on each other.
  else if (kind !== 'open' && next.after === undefined) next.messages = merge(window.messages, window.arrived);
  return next;
}
