import { fail, KeyReused } from '@shared/kernel/errors.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx, WriteOptions } from '../platform/db/db.ts';
import type { Context, Journalled, ReceivedFile } from './context.ts';
import { findKey, forgetKeys, insertKey } from './store.ts';

const DAY = 24 * 60 * 60 * 1000;
/** How long the answer to a key is remembered. Clients ask before sending anything older than half of it. */
export const KEY_LIFETIME = 30 * DAY;

export interface Keyed {
  /** `kind:id` of the caller: keys of two people never meet. */
  actor: string;
  key: string;
  /** `<module>.<function>`. */
  function: string;
  input: unknown;
  files?: readonly ReceivedFile[];
}

/** The same input with other files is another call. */
const whole = ({ input, files = [] }: Keyed): unknown =>
  files.length === 0 ? input : [input, files.map(({ field, name, type, size }) => [field, name, type, size])];

/** JSON with sorted keys: equal inputs have equal text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Tells one input from another. */
export const inputHashOf = (keyed: Keyed): string =>
  new Bun.CryptoHasher('sha256').update(canonical(whole(keyed))).digest('hex');

/**
 * `Context.write` of one call with an idempotency key: each of its writes commits its result under (actor, key, part),
 * and finds it there when the call is repeated. The same key with another function or input is refused.
 */
export function keyedWrite(db: Db, clock: Clock, keyed: Keyed, journalled: Journalled[]): Context['write'] {
  const inputHash = inputHashOf(keyed);
  let part = -1;
  return <T>(callback: (tx: Tx) => Awaitable<Result<T>>, options?: WriteOptions): Promise<Result<T>> => {
    const at = { actor: keyed.actor, key: keyed.key, part: ++part };
    return db.write<Result<T>>(async (tx) => {
      const known = await tx.get(findKey, at);
      if (known) {
        if (known.function !== keyed.function || known.inputHash !== inputHash) return fail(KeyReused);
        journalled.push(...(JSON.parse(known.journalled ?? '[]') as Journalled[]));
        return JSON.parse(known.result) as Result<T>;
      }
      const result = await callback(tx);
      if (result.ok)
        await tx.run(insertKey, {
          ...at,
          function: keyed.function,
          inputHash,
          result: JSON.stringify(result),
          journalled: JSON.stringify(journalled),
          at: clock.now(),
        });
      return result;
    }, options);
  };
}

/** Forgets answers past their lifetime. */
export const pruneKeys = (db: Db, clock: Clock): Promise<void> =>
  db.write(async (tx) => {
    await tx.run(forgetKeys, { before: clock.now() - KEY_LIFETIME });
  });
