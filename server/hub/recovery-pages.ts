import { limits } from '@shared/hub/frames.ts';
import type { Awaitable } from '@shared/kernel/result.ts';
import { journalFrame } from './encode.ts';
import type { Journal, JournalEvent } from './journal.ts';
import { PAGE_SIZE, readPage } from './page.ts';

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
    const read = readPage(this.#journal, channel, offset, limits.recoveryPage, PAGE_SIZE);
    const keep = (events: JournalEvent[]): RecoveryPage | undefined => {
      const page = this.#pageOf(events);
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
