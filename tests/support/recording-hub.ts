import type { Hub } from '../../server/hub/hub.ts';
import { type Journal, type JournalEvent, openJournal } from '../../server/hub/journal.ts';
import type { Clock } from '../../server/platform/clock.ts';
import type { Db } from '../../server/platform/db/db.ts';
import type { Ids } from '../../server/platform/ids.ts';

export interface SentFrame {
  channel: string;
  event: string;
  payload: unknown;
  /** Offset within the channel; missing on what was not journalled. */
  offset?: number;
  /** Who received it, sorted. */
  to: string[];
}

/** The real journal, before a fan-out that writes down who would have received what. */
export class RecordingHub implements Pick<
  Hub,
  'journal' | 'publish' | 'publishExcept' | 'subscribeUser' | 'unsubscribeUser' | 'isOnline' | 'present'
> {
  readonly journal: Journal;
  frames: SentFrame[] = [];
  readonly #subscribers = new Map<string, Set<string>>();

  private constructor(journal: Journal) {
    this.journal = journal;
  }

  static async open(db: Db, clock: Clock, ids: Ids, failed: (error: unknown) => void): Promise<RecordingHub> {
    const journal = await openJournal({ db, clock, ids, failed, publish: (event) => hub.#journalled(event) });
    const hub: RecordingHub = new RecordingHub(journal);
    return hub;
  }

  publish = (channel: string, event: string, payload: unknown): void =>
    void this.frames.push({ channel, event, payload, to: this.present(channel) });

  publishExcept = (channel: string, userId: string, event: string, payload: unknown): void =>
    void this.frames.push({ channel, event, payload, to: this.present(channel).filter((id) => id !== userId) });

  subscribeUser = (userId: string, channel: string): void => {
    const set = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, set.add(userId));
  };

  unsubscribeUser = (userId: string, channel: string): void => {
    this.#subscribers.get(channel)?.delete(userId);
  };

  isOnline = (userId: string): boolean => this.present(`user:${userId}`).length > 0;

  present = (channel: string): string[] => [...(this.#subscribers.get(channel) ?? [])].toSorted();

  /** What was sent since it was last asked. */
  take(): SentFrame[] {
    const frames = this.frames;
    this.frames = [];
    return frames;
  }

  #journalled({ channel, event, payload, offset }: JournalEvent): void {
    this.frames.push({ channel, event, payload: JSON.parse(payload), offset, to: this.present(channel) });
  }
}
