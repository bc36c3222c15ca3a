import type { Clock, Timer } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import type { Logger } from '../platform/log.ts';
import type { Journal, JournalEvent } from './journal.ts';
import { eventsSince, forgetConsumer, positionOf, storePosition } from './store.ts';

/** Events that are read at once. */
const PAGE = 200;
/** Events that nobody wanted, until the place behind them is stored: reading them again costs less than a write for each. */
const UNWANTED = 1000;
/** Milliseconds to wait after a failed delivery: doubled each time, up to the second. */
const RETRY = 1000;
const RETRY_MOST = 60_000;

/** Somebody who has to hear of events even if the server stops in between. */
export interface ConsumerOptions {
  /** Under which its place in the journal is kept. */
  name: string;
  /** Whether it wants to hear of these events; the others are passed over. */
  wants(event: Pick<JournalEvent, 'event' | 'channel'>): boolean;
  /**
   * Handles one event, the next one after it resolves. Rejecting means: not handled, again after a while. An event may come
   * twice when the server is killed in between.
   */
  deliver(event: JournalEvent): Promise<void>;
}

export interface Consumer {
  /** Hears of nothing any more; the place is kept. Resolves once a running delivery has settled. */
  stop(): Promise<void>;
  /** Stops and forgets the place. */
  forget(): Promise<void>;
}

export interface Consumers {
  /** Starts where the consumer of this name stopped, a new one with what happens from now on. */
  consume(options: ConsumerOptions): Consumer;
  /** Something was published. */
  wake(): void;
}

export interface ConsumersOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  journal: Pick<Journal, 'seq'>;
}

/** Durable consumers of the journal: in order, at least once. */
export function createConsumers({ db, clock, log, journal }: ConsumersOptions): Consumers {
  const awake = new Set<() => void>();

  const consume = ({ name, wants, deliver }: ConsumerOptions): Consumer => {
    const newest = journal.seq;
    const life = { stopped: false };
    let running: Promise<void> | undefined;
    let again = false;
    /** How far it has come, and which of that is stored. */
    let seq: number | undefined;
    let kept = 0;
    let retry: Timer | undefined;
    let delay = RETRY;

    const keep = async (reached: number): Promise<void> => {
      await db.write(async (tx) => {
        await tx.run(storePosition, { name, seq: reached });
      });
      kept = reached;
    };

    const begin = async (): Promise<number> => {
      const stored = (await db.read.get(positionOf, { name }))?.seq;
      if (stored !== undefined) return stored;
      // Kept from the first moment on, or what happens before the first delivery would be lost with a restart.
      await keep(newest);
      return newest;
    };

    const step = async (): Promise<void> => {
      if (seq === undefined) kept = seq = await begin();
      let at = seq;
      while (!life.stopped) {
        const page: JournalEvent[] = await db.read.all(eventsSince, { seq: at, limit: PAGE });
        let delivered = false;
        try {
          for (const event of page) {
            if (life.stopped) break;
            if (wants(event)) {
              await deliver(event);
              delivered = true;
            }
            at = event.seq;
          }
          delay = RETRY;
        } finally {
          seq = at;
          if (at !== kept && (delivered || at - kept >= UNWANTED)) await keep(at);
        }
        if (page.length < PAGE) return;
      }
    };

    const wake = (): void => {
      if (life.stopped || retry) return;
      if (running) {
        again = true;
        return;
      }
      again = false;
      running = step()
        .catch((error: unknown) => {
          log.warn('a consumer of the journal could not go on', { consumer: name, error });
          if (life.stopped) return;
          retry = clock.setTimeout(() => {
            retry = undefined;
            wake();
          }, delay);
          delay = Math.min(delay * 2, RETRY_MOST);
        })
        .then(() => {
          running = undefined;
          if (again) wake();
        });
    };

    const stop = async (): Promise<void> => {
      life.stopped = true;
      awake.delete(wake);
      retry?.cancel();
      await running;
      if (seq !== undefined && seq !== kept) await keep(seq);
    };
    awake.add(wake);
    wake();
    return {
      stop,
      async forget() {
        await stop();
        await db.write(async (tx) => {
          await tx.run(forgetConsumer, { name });
        });
      },
    };
  };

  return {
    consume,
    wake() {
      for (const wake of awake) wake();
    },
  };
}
