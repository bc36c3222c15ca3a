import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { consumers, journal, journalEpoch } from './tables.ts';

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
    .where(and(eq(journal.channel, p('channel')), eq(journal.offset, p('offset'))))
    .prepare(),
);

export const headOfChannel = query((db) =>
  db
    .select({ offset: sql<number | null>`max(${journal.offset})` })
    .from(journal)
    .where(eq(journal.channel, p('channel')))
    .prepare(),
);

export const lastSeq = query((db) =>
  db
    .select({ seq: sql<number | null>`max(${journal.seq})` })
    .from(journal)
    .prepare(),
);

export const eventsAfter = query((db) =>
  db
    .select()
    .from(journal)
    .where(and(eq(journal.channel, p('channel')), gt(journal.offset, p('offset'))))
    .orderBy(asc(journal.offset))
    .limit(p('limit'))
    .prepare(),
);

/** The last event of a channel up to a `seq`. `+` keeps SQLite from walking the whole log backwards by `seq`. */
export const offsetUpTo = query((db) =>
  db
    .select({ offset: journal.offset })
    .from(journal)
    .where(and(eq(journal.channel, p('channel')), sql`+${journal.seq} <= ${p('seq')}`))
    .orderBy(desc(journal.offset))
    .limit(1)
    .prepare(),
);

export const firstKept = query((db) =>
  db
    .select({ offset: sql<number | null>`min(${journal.offset})` })
    .from(journal)
    .where(eq(journal.channel, p('channel')))
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
        SELECT old.seq FROM ${journal} old
        JOIN (SELECT channel, max("offset") AS head FROM ${journal} GROUP BY channel) heads
          ON heads.channel = old.channel
        WHERE old."offset" < heads.head
          AND (old."offset" <= heads.head - ${p('keep')} OR old.at < ${p('before')})
        LIMIT ${p('limit')}
      )`,
    )
    .returning({ seq: journal.seq })
    .prepare(),
);

/** Events of all channels after a `seq`, in order. */
export const eventsSince = query((db) =>
  db
    .select()
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
