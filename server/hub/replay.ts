import type { Journal, JournalEvent } from './journal.ts';
import { fitting, PAGE_SIZE } from './page.ts';
import type { SharedPages } from './shared-pages.ts';

/** The fewest events that are read of a channel at once. */
const FEWEST = 10;

export interface Page {
  events: JournalEvent[];
  /** Channels whose next event is no longer kept, with their heads: they go on from there. */
  lost: { channel: string; offset: number }[];
}

/** Reads what several channels missed, merged in the order of `seq`, a bounded page at a time. */
export class Replay {
  readonly #journal: Journal;
  readonly #pages: SharedPages;
  /** The newest `seq` that was published. */
  readonly #published: () => number;
  readonly #heads = new Map<string, number>();
  /** The last event that was handed out. */
  readonly #places = new Map<string, number>();
  /** Events that were read and wait for their turn. */
  readonly #read = new Map<string, JournalEvent[]>();
  /** Of the journal when these were read. */
  #revision = 0;

  constructor(journal: Journal, pages: SharedPages, published: () => number) {
    this.#journal = journal;
    this.#pages = pages;
    this.#published = published;
  }

  /** Follows a channel from a place on; `head` as it was read with it. */
  follow(channel: string, offset: number, head: number): void {
    this.#places.set(channel, offset);
    this.#heads.set(channel, head);
    this.#read.delete(channel);
  }

  forget(channel: string): void {
    this.#places.delete(channel);
    this.#heads.delete(channel);
    this.#read.delete(channel);
  }

  follows(channel: string): boolean {
    return this.#places.has(channel);
  }

  /** The last event handed out of a channel. */
  placeOf(channel: string): number {
    return this.#places.get(channel) ?? 0;
  }

  /** An event went out that did not come from here. */
  passed(channel: string, offset: number): void {
    this.#places.set(channel, offset);
  }

  /** Channels of which published events have not been handed out. */
  behind(): string[] {
    const channels: string[] = [];
    for (const [channel, offset] of this.#places) if (offset < this.#headOf(channel)) channels.push(channel);
    return channels;
  }

  /** The next events of all channels, at most `limit` and fewer of large ones; none when nothing is behind. */
  async page(limit: number): Promise<Page> {
    const lost: Page['lost'] = [];
    // A text that was taken back meanwhile must not go out, nor what was forgotten be taken for kept.
    if (this.#revision !== this.#journal.revision) this.#read.clear();
    this.#revision = this.#journal.revision;
    // What is published from here on may be read of one channel and missed of another: it is for the next page.
    const bound = this.#published();
    const behind = this.behind();
    const share = (whole: number): number => Math.ceil(whole / Math.max(1, behind.length));
    const count = Math.max(FEWEST, share(limit));
    for (const channel of behind)
      if (!this.#read.has(channel)) await this.#fill(channel, count, share(PAGE_SIZE), lost);
    return { events: this.#merge(limit, bound), lost };
  }

  #headOf(channel: string): number {
    return this.#journal.published(channel) ?? this.#heads.get(channel) ?? 0;
  }

  async #fill(channel: string, count: number, size: number, lost: Page['lost']): Promise<void> {
    const place = this.placeOf(channel);
    const events = await this.#pages.read(channel, place, count, size);
    // Taken away, or followed from elsewhere, while it was read.
    if (this.#places.get(channel) !== place) return;
    if (events.length > 0 && events.every(({ offset }, at) => offset === place + 1 + at)) {
      this.#read.set(channel, [...events]);
      return;
    }
    const offset = this.#headOf(channel);
    this.#places.set(channel, offset);
    lost.push({ channel, offset });
  }

  /** What comes first of all that was read, up to the point to which every channel was read. */
  #merge(limit: number, most: number): JournalEvent[] {
    let bound = most;
    for (const [channel, events] of this.#read) {
      const last = events.at(-1);
      if (last && last.offset < this.#headOf(channel)) bound = Math.min(bound, last.seq);
    }
    const next = [...this.#read.values()]
      .flatMap((events) => events.filter(({ seq }) => seq <= bound))
      .sort((a, b) => a.seq - b.seq)
      .slice(0, limit);
    const due = fitting(next, PAGE_SIZE);
    for (const { channel, offset } of due) {
      this.#places.set(channel, offset);
      this.#read.get(channel)?.shift();
    }
    for (const [channel, events] of this.#read) if (events.length === 0) this.#read.delete(channel);
    return due;
  }
}
