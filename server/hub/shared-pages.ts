import { type Awaitable, onward } from '@shared/kernel/result.ts';
import { journalFrame } from './encode.ts';
import type { Journal, JournalEvent } from './journal.ts';
import { readPage } from './page.ts';
import type { Delivery } from './taps.ts';

/** Pages that are remembered, and characters of payload in them together. */
const REMEMBERED = 512;
const MOST_SIZE = 4_000_000;

interface Remembered {
  events: readonly JournalEvent[];
  published: number | undefined;
  revision: number;
}

/**
 * Pages of the journal, read and encoded once for all who ask for the same: a crowd that comes back at once was in the same
 * places.
 */
export class SharedPages {
  readonly #journal: Journal;
  readonly #pages = new Map<string, Remembered>();
  readonly #deliveries = new WeakMap<JournalEvent, Delivery>();
  #size = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** As `readPage` says; what comes is everybody's. */
  read(channel: string, offset: number, limit: number, size: number): Awaitable<readonly JournalEvent[]> {
    const { revision } = this.#journal;
    const published = this.#journal.published(channel);
    const key = `${offset} ${limit} ${size} ${channel}`;
    const known = this.#pages.get(key);
    if (known && known.published === published && known.revision === revision) return known.events;
    return onward(readPage(this.#journal, channel, offset, limit, size), (events) => {
      for (const { payload } of events) this.#size += payload.length;
      if (this.#pages.size >= REMEMBERED || this.#size > MOST_SIZE) {
        this.#pages.clear();
        this.#size = 0;
      }
      this.#pages.set(key, { events, published, revision });
      return events;
    });
  }

  /** What carries an event that was read here; everybody's, too. */
  deliveryOf(read: JournalEvent): Delivery {
    const known = this.#deliveries.get(read);
    if (known) return known;
    const { channel, event, seq, offset } = read;
    const delivery: Delivery = { channel, event, frame: journalFrame(read, this.#journal.epoch), seq, offset };
    this.#deliveries.set(read, delivery);
    return delivery;
  }
}
