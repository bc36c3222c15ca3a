import { limits } from '@shared/hub/frames.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import { journalFrame } from './encode.ts';
import type { Journal, JournalEvent } from './journal.ts';

/** Characters of payload in a page of recovery: three bytes each at most, and a page must not cut off its own reader. */
const PAGE_SIZE = 200_000;
/** Pages that are remembered; a crowd that was cut off at once asks for a few of them. */
const REMEMBERED = 16;

/** What follows an offset in a channel's log, ready to be sent. */
export interface RecoveryPage {
  readonly first: number;
  readonly last: number;
  readonly frames: readonly string[];
}

interface Remembered {
  page: RecoveryPage;
  published: number | undefined;
  revision: number;
}

/** As many of the first events as fit into a page; one always does. */
const fitting = (events: JournalEvent[]): JournalEvent[] => {
  let size = 0;
  const end = events.findIndex(({ payload }, at) => (size += payload.length) > PAGE_SIZE && at > 0);
  return end < 0 ? events : events.slice(0, end);
};

/** Pages of the journal as frames. After a storm all ask for the same ones: they are read and encoded once. */
export class RecoveryPages {
  readonly #journal: Journal;
  readonly #pages = new Map<string, Remembered>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The page after an offset; undefined where nothing is kept there. */
  after(channel: string, offset: number): Awaitable<RecoveryPage | undefined> {
    const { revision } = this.#journal;
    const published = this.#journal.published(channel);
    const key = `${offset} ${channel}`;
    const known = this.#pages.get(key);
    if (known && known.published === published && known.revision === revision) return known.page;
    const read = this.#journal.after(channel, offset, limits.recoveryPage);
    const keep = (events: JournalEvent[]): RecoveryPage | undefined => {
      const page = this.#pageOf(fitting(events));
      if (!page) return undefined;
      if (this.#pages.size >= REMEMBERED) this.#pages.clear();
      this.#pages.set(key, { page, published, revision });
      return page;
    };
    return read instanceof Promise ? read.then(keep) : keep(read);
  }

  #pageOf(events: JournalEvent[]): RecoveryPage | undefined {
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return undefined;
    const { epoch } = this.#journal;
    return { first: first.offset, last: last.offset, frames: events.map((event) => journalFrame(event, epoch)) };
  }
}
