import type { SearchHit, SearchInput, Snippet } from '@shared/chat/schema.ts';
import { fail, Forbidden, Invalid } from '@shared/kernel/errors.ts';
import type { Page } from '@shared/kernel/paging.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../../modules/context.ts';
import { StorageError } from '../../platform/db/writer.ts';
import { personOf, roomToUse } from '../access.ts';
import type { ChatDeps } from '../deps.ts';
import { cursorAt, positionOf } from '../history.ts';
import { messageOf } from '../messages.ts';
import { findTexts, indexTexts } from './store.ts';

/** What cursors of a search are cursors of: they count by `seq`, over all rooms. */
const EVERYWHERE = 'search';

/** Keeps the index of all texts behind the messages. Once, before anything is searched. */
export async function followTexts({ hub }: ChatDeps): Promise<void> {
  await hub.journal.follow('chat.search', async (tx, from, to) => {
    await tx.run(indexTexts, { from, to });
  });
}

/**
 * Each word as a string of FTS5, in which nothing is an operator: all of them have to be there. The last one is still being
 * typed. A word without a letter or digit is no word to the index and asks for nothing.
 */
export const matchOf = (query: string): string =>
  `${query
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `"${word.replaceAll('"', '""')}"`)
    .join(' ')}*`;

/** The snippet without the marks in its text. Nobody can have written them: they are made up for each search. */
function snippetOf(marked: string, open: string, close: string): Snippet {
  const [head = '', ...parts] = marked.split(open);
  const marks: Snippet['marks'] = [];
  let text = head;
  for (const part of parts) {
    const [found = '', rest = ''] = part.split(close);
    marks.push({ from: text.length, to: text.length + found.length });
    text += found + rest;
  }
  return { text, marks };
}

export async function search(d: ChatDeps, ctx: Context, input: SearchInput): Promise<Result<Page<SearchHit>>> {
  const userId = personOf(ctx);
  if (userId === undefined) return fail(Forbidden);
  const { query, roomId = null, limit } = input;
  if (roomId !== null) {
    const room = await roomToUse(d, d.db.read, ctx, roomId);
    if (!room.ok) return room;
  }
  const before = input.before === undefined ? Number.MAX_SAFE_INTEGER : positionOf(input.before, EVERYWHERE);
  if (before === undefined) return fail(Invalid, undefined, { issues: [{ path: 'before', code: 'invalid_cursor' }] });
  try {
    await d.hub.journal.settled();
  } catch (error) {
    // On a full disk what was said just now is not found; everything else is.
    if (!(error instanceof StorageError)) throw error;
  }
  const mark = d.ids.secret(9);
  const [open, close] = [`<${mark}`, `${mark}>`];
  const rows = await d.db.read.all(findTexts, {
    match: matchOf(query),
    userId,
    roomId,
    before,
    open,
    close,
    limit: limit + 1,
  });
  const items = rows
    .slice(0, limit)
    .map(({ message, snippet }) => ({ message: messageOf(message), snippet: snippetOf(snippet, open, close) }));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return ok(last ? { items, before: cursorAt(EVERYWHERE, last.message.seq) } : { items });
}
