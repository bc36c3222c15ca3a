import { and, asc, desc, eq, gt, lte, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { consumers, journal, journalEpoch, journalPlaces } from './tables.ts';

const p = sql.placeholder;

export const insertEvent = query((db) =>
  db
    .insert(journal)
    .values({
      seq: p('seq'),
      channel: p('channel'),
      offset: p('offset'),
      event: p('event'),
      payload: p('payload'),
      actorKind: p('actorKind'),
      actorId: p('actorId'),
      at: p('at'),
    })
    .prepare(),
);

export const rewriteEvent = query((db) =>
  db
    .update(journal)
    .set({ payload: sql`${p('payload')}` })
    .where(eq(journal.seq, p('seq')))
    .prepare(),
);

/** Puts the events of a range of `seq` into their channels' index. */
export const placeEvents = query((db) =>
  db
    .insert(journalPlaces)
    .select(
      db
        .select({ channel: journal.channel, offset: journal.offset, seq: journal.seq })
        .from(journal)
        .where(and(gt(journal.seq, p('from')), lte(journal.seq, p('to'))))
        .orderBy(asc(journal.channel), asc(journal.offset)),
    )
    .prepare(),
);

export const headOfChannel = query((db) =>
  db
    .select({ offset: sql<number | null>`max(${journalPlaces.offset})` })
    .from(journalPlaces)
    .where(eq(journalPlaces.channel, p('channel')))
    .prepare(),
);

export const lastSeq = query((db) =>
  db
    .select({ seq: sql<number | null>`max(${journal.seq})` })
    .from(journal)
    .prepare(),
);

const ofEvent = {
  seq: journal.seq,
  channel: journal.channel,
  offset: journal.offset,
  event: journal.event,
  payload: journal.payload,
  at: journal.at,
};

export const eventsAfter = query((db) =>
  db
    .select(ofEvent)
    .from(journalPlaces)
    .innerJoin(journal, eq(journal.seq, journalPlaces.seq))
    .where(and(eq(journalPlaces.channel, p('channel')), gt(journalPlaces.offset, p('offset'))))
    .orderBy(asc(journalPlaces.offset))
    .limit(p('limit'))
    .prepare(),
);

export const seqOfEvent = query((db) =>
  db
    .select({ seq: journalPlaces.seq })
    .from(journalPlaces)
    .where(and(eq(journalPlaces.channel, p('channel')), eq(journalPlaces.offset, p('offset'))))
    .prepare(),
);

/** The last event of a channel up to a `seq`. */
export const offsetUpTo = query((db) =>
  db
    .select({ offset: journalPlaces.offset })
    .from(journalPlaces)
    .where(and(eq(journalPlaces.channel, p('channel')), lte(journalPlaces.seq, p('seq'))))
    .orderBy(desc(journalPlaces.offset))
    .limit(1)
    .prepare(),
);

export const firstKept = query((db) =>
  db
    .select({ offset: sql<number | null>`min(${journalPlaces.offset})` })
    .from(journalPlaces)
    .where(eq(journalPlaces.channel, p('channel')))
    .prepare(),
);

export const readEpoch = query((db) => db.select().from(journalEpoch).limit(1).prepare());

export const writeEpoch = query((db) =>
  db
    .insert(journalEpoch)
    .values({ id: 1, epoch: p('epoch') })
    .onConflictDoUpdate({ target: journalEpoch.id, set: { epoch: sql`excluded.epoch` } })
    .prepare(),
);

/**
 * Forgets the events of each channel that are beyond its newest `keep` or older than `before`. The newest event of a channel
 * always stays: it is what offsets and `seq` count on from.
 */
export const pruneEvents = query((db) =>
  db
    .delete(journal)
    .where(
      sql`${journal.seq} IN (
        SELECT old.seq FROM ${journalPlaces} place
        JOIN (SELECT channel, max("offset") AS head FROM ${journalPlaces} GROUP BY channel) heads
          ON heads.channel = place.channel
        JOIN ${journal} old ON old.seq = place.seq
        WHERE place."offset" < heads.head
          AND (place."offset" <= heads.head - ${p('keep')} OR old.at < ${p('before')})
        LIMIT ${p('limit')}
      )`,
    )
    .returning({ channel: journal.channel, offset: journal.offset })
    .prepare(),
);

export const forgetPlace = query((db) =>
  db
    .delete(journalPlaces)
    .where(and(eq(journalPlaces.channel, p('channel')), eq(journalPlaces.offset, p('offset'))))
    .prepare(),
);

/** Events of all channels after a `seq`, in order. */
export const eventsSince = query((db) =>
  db
    .select(ofEvent)
    .from(journal)
    .where(gt(journal.seq, p('seq')))
    .orderBy(asc(journal.seq))
    .limit(p('limit'))
    .prepare(),
);

export const positionOf = query((db) =>
  db
    .select({ seq: consumers.seq })
    .from(consumers)
    .where(eq(consumers.name, p('name')))
    .prepare(),
);

export const storePosition = query((db) =>
  db
    .insert(consumers)
    .values({ name: p('name'), seq: p('seq') })
    .onConflictDoUpdate({ target: consumers.name, set: { seq: sql`excluded.seq` } })
    .prepare(),
);

export const forgetConsumer = query((db) =>
  db
    .delete(consumers)
    .where(eq(consumers.name, p('name')))
    .prepare(),
);
