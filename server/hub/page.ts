import { type Awaitable, onward } from '@shared/kernel/result.ts';
import type { Journal, JournalEvent } from './journal.ts';

/** Characters of payload in a page of recovery: three bytes each at most, and a page must not cut off its own reader. */
export const PAGE_SIZE = 200_000;
/** Events that are read in one go: of large ones no more than a few are looked at in vain. */
const STEP = 64;

/** As many of the first events as fit into so many characters of payload; one always does. */
export const fitting = (events: JournalEvent[], size: number): JournalEvent[] => {
  let sum = 0;
  const end = events.findIndex(({ payload }, at) => (sum += payload.length) > size && at > 0);
  return end < 0 ? events : events.slice(0, end);
};

/**
 * What follows an offset in a channel's log without a hole: at most `limit` events, and no more than fit into `size`
 * characters of payload, but one; none where nothing is kept there.
 */
export function readPage(
  journal: Pick<Journal, 'after'>,
  channel: string,
  offset: number,
  limit: number,
  size: number,
): Awaitable<JournalEvent[]> {
  const goOn = (page: JournalEvent[]): Awaitable<JournalEvent[]> => {
    const place = page.at(-1)?.offset ?? offset;
    const most = Math.min(STEP, limit - page.length);
    if (most <= 0) return page;
    return onward(journal.after(channel, place, most), (read) => {
      // What was forgotten meanwhile is for the next page to find out.
      if (page.length > 0 && read[0]?.offset !== place + 1) return page;
      const all = page.length > 0 ? page.concat(read) : read;
      const fit = fitting(all, size);
      return fit.length < all.length || read.length < most ? fit : goOn(fit);
    });
  };
  return goOn([]);
}
