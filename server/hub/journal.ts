import type { Actor } from '@shared/kernel/actor.ts';
import { type Awaitable, onward } from '@shared/kernel/result.ts';
import type { Journalled } from '../modules/context.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import { type Follow, type Follower, Followers } from './followers.ts';
import {
  eventsAfter,
  firstKept,
  forgetPlace,
  headOfChannel,
  insertEvent,
  lastSeq,
  offsetUpTo,
  placeEvents,
  pruneEvents,
  readEpoch,
  rewriteEvent,
  seqOfEvent,
  writeEpoch,
} from './store.ts';
import { Tail } from './tail.ts';

/** The transactional event log. Emitting is part of the write; publishing happens after its commit. */
export interface Journal {
  /** The epoch within which offsets and `seq` only grow. */
  readonly epoch: string;
  /** Appends an event to a channel's log. The cursor it returns holds once the write commits. */
  emit(tx: Tx, channel: string, event: string, payload: unknown, actor: Actor): Promise<Journalled>;
  /** The next place in a channel's log, for those who store it beside the event. `append` or `release` it at once. */
  reserve(tx: Tx, channel: string): Awaitable<Journalled>;
  append(tx: Tx, place: Journalled, event: string, payload: unknown, actor: Actor): Awaitable<void>;
  /** Gives a place back that nothing was appended at. */
  release(place: Journalled): void;
  /** Replaces the payload of an earlier event, so that an edited or deleted text cannot come back by recovery. */
  rewrite(tx: Tx, channel: string, offset: number, payload: unknown): Promise<void>;
  /** Committed head offset of a channel; 0 before its first event. */
  head(channel: string): Awaitable<number>;
  /** Offset of the last event that was published on a channel since the start; tells whether anything came in between. */
  published(channel: string): number | undefined;
  /** Committed events after an offset, in order, at most `limit`. */
  after(channel: string, offset: number, limit: number): Awaitable<JournalEvent[]>;
  /** Offset of a channel's last event up to a `seq`, 0 before its first; undefined where that is no longer known. */
  offsetUpTo(channel: string, seq: number): Awaitable<number | undefined>;
  /** The newest `seq`; 0 before the first event. */
  readonly seq: number;
  /** Grows whenever events that were kept are changed or forgotten: what was read before may no longer hold. */
  readonly revision: number;
  /**
   * Has something derived from the events stored, many of them at once, soon after they were committed: an index, a sum.
   * Resolves when it is up to date. Events of one follower come once each, in ranges of `seq`, also over restarts.
   */
  follow(name: string, follow: Follow): Promise<Follower>;
  /** Resolves when all followers have stored what follows from the events that are committed by now. */
  settled(): Promise<void>;
  /** Forgets what is beyond the newest `keep` of its channel or older than `age` ms. Returns how many went. */
  prune(keep: number, age: number): Promise<number>;
  /** Lets the followers rest: a later start catches up. */
  stop(): void;
}

export interface JournalEvent {
  seq: number;
  channel: string;
  offset: number;
  event: string;
  /** JSON text, as it goes into the frame. */
  payload: string;
  at: number;
}

export interface JournalOptions {
  db: Db;
  clock: Clock;
  ids: Ids;
  /** What the data folder remembers of the last run: a database behind it was put back by hand. */
  highWater?: { epoch: string; seq: number } | undefined;
  /** Called after the commit, in order. */
  publish: (event: JournalEvent) => void;
  /** Told of a bug where nobody waits for an answer. */
  failed: (error: unknown) => void;
}

/** How many pruned rows share one write: enough to be quick, few enough not to hold up others. */
const PRUNE_STEP = 500;
/** How many times as long as it took a step is followed by a pause. */
const PRUNE_SHARE = 3;

/** Opens the journal: reads the epoch, or makes a new one where offsets could run backwards. */
export async function openJournal({ db, clock, ids, highWater, publish, failed }: JournalOptions): Promise<Journal> {
  const [stored] = await db.read.all(readEpoch);
  let seq = (await db.read.get(lastSeq))?.seq ?? 0;
  let epoch = stored?.epoch;
  const putBack = highWater !== undefined && (highWater.epoch !== epoch || highWater.seq > seq);
  if (epoch === undefined || putBack) {
    epoch = ids.next('ep');
    await db.write(async (tx) => {
      await tx.run(writeEpoch, { epoch });
    });
  }
  const current = epoch;
  /** Heads including what the open transaction emitted: only the writer counts on from them. */
  const heads = new Map<string, number>();
  const published = new Map<string, number>();
  /** Heads as they were read, of channels on which nothing was published since the start. */
  const settled = new Map<string, number>();

  const tail = new Tail<JournalEvent>();
  const followers = new Followers({ db, clock, seq: () => seq, failed });
  const placing = await followers.add('hub.places', async (tx, from, to) => {
    await tx.run(placeEvents, { from, to });
    tx.afterCommit(() => tail.drop(to));
  });

  let stopped = false;
  let revision = 0;
  const revised = (): void => void revision++;

  const after = (tx: Tx, channel: string, head: number): Journalled => {
    const place = { channel, seq: ++seq, offset: head + 1, epoch: current };
    heads.set(channel, place.offset);
    tx.onRollback(() => release(place));
    return place;
  };
  const release = (place: Journalled): void => {
    if (seq < place.seq) return;
    seq = place.seq - 1;
    heads.set(place.channel, place.offset - 1);
  };
  const reserve: Journal['reserve'] = (tx, channel) => {
    const head = heads.get(channel);
    if (head !== undefined) return after(tx, channel, head);
    return onward(tx.get(headOfChannel, { channel }), (row) => after(tx, channel, row?.offset ?? 0));
  };
  const append = (
    tx: Tx,
    { channel, seq: at, offset }: Journalled,
    event: string,
    payload: unknown,
    actor: Actor,
  ): Awaitable<void> => {
    const row: JournalEvent = { seq: at, channel, offset, event, payload: JSON.stringify(payload), at: clock.now() };
    tx.afterCommit(() => {
      published.set(channel, offset);
      tail.add(channel, row);
      publish(row);
      followers.noted(at);
    });
    return onward(tx.run(insertEvent, { ...row, actorKind: actor.kind, actorId: actor.id }), () => undefined);
  };

  return {
    epoch: current,
    get seq() {
      return seq;
    },
    reserve,
    append,
    release,
    async emit(tx, channel, event, payload, actor) {
      const place = await reserve(tx, channel);
      await append(tx, place, event, payload, actor);
      return place;
    },
    published: (channel) => published.get(channel),
    get revision() {
      return revision;
    },
    async rewrite(tx, channel, offset, payload) {
      await placing.catchUp(tx);
      const place = await tx.get(seqOfEvent, { channel, offset });
      if (!place) return;
      await tx.run(rewriteEvent, { seq: place.seq, payload: JSON.stringify(payload) });
      tx.afterCommit(revised);
    },
    async head(channel) {
      const known = published.get(channel) ?? settled.get(channel);
      if (known !== undefined) return known;
      const offset = (await db.read.get(headOfChannel, { channel }))?.offset ?? 0;
      settled.set(channel, offset);
      return offset;
    },
    async offsetUpTo(channel, at) {
      const recent = tail.of(channel);
      const newer = recent.findLast((event) => event.seq <= at);
      const found = newer ?? (await db.read.get(offsetUpTo, { channel, seq: at }));
      if (found) return found.offset;
      const first = (await db.read.get(firstKept, { channel }))?.offset ?? recent[0]?.offset ?? 1;
      return first === 1 ? 0 : undefined;
    },
    after(channel, offset, limit) {
      const recent = tail.of(channel);
      const first = recent[0]?.offset ?? Number.POSITIVE_INFINITY;
      const newer = (next: number, most: number): JournalEvent[] =>
        next < first ? [] : recent.slice(next - first, next - first + most);
      if (offset + 1 >= first) return newer(offset + 1, limit);
      const join = (stored: JournalEvent[]): JournalEvent[] =>
        stored.concat(newer((stored.at(-1)?.offset ?? first - 1) + 1, limit - stored.length));
      return onward(db.read.all(eventsAfter, { channel, offset, limit }), join);
    },
    follow: (name, follow) => followers.add(name, follow),
    settled: () => followers.settled(),
    stop() {
      stopped = true;
      followers.stop();
    },
    async prune(keep, age) {
      let total = 0;
      for (;;) {
        const started = performance.now();
        const gone = await db.write(async (tx) => {
          await placing.catchUp(tx);
          const events = await tx.all(pruneEvents, { keep, before: clock.now() - age, limit: PRUNE_STEP });
          for (const event of events) await tx.run(forgetPlace, event);
          tx.afterCommit(revised);
          return events;
        });
        total += gone.length;
        if (stopped || gone.length < PRUNE_STEP) return total;
        // After an hour of a busy room there are hundreds of steps: whoever else wants something comes in between.
        const share = (performance.now() - started) * PRUNE_SHARE;
        await new Promise<void>((resolve) => setTimeout(resolve, share));
        if (stopped) return total;
      }
    },
  };
}
