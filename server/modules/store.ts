import { and, eq, lt, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { idempotencyKeys } from './tables.ts';

const p = sql.placeholder;

export const findKey = query((db) =>
  db
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.actor, p('actor')),
        eq(idempotencyKeys.key, p('key')),
        eq(idempotencyKeys.part, p('part')),
      ),
    )
    .prepare(),
);

export const insertKey = query((db) =>
  db
    .insert(idempotencyKeys)
    .values({
      actor: p('actor'),
      key: p('key'),
      part: p('part'),
      function: p('function'),
      inputHash: p('inputHash'),
      result: p('result'),
      journalled: p('journalled'),
      at: p('at'),
    })
    .prepare(),
);

export const forgetKeys = query((db) =>
  db
    .delete(idempotencyKeys)
    .where(lt(idempotencyKeys.at, p('before')))
    .prepare(),
);
