import { fail, KeyReused } from '@shared/kernel/errors.ts';
import type { Awaitable, Result } from '@shared/kernel/result.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import { inputHashOf, type Keyed } from './idempotency.ts';
import { findKey, insertKey } from './store.ts';

/** Characters of an answer; larger ones are not remembered. */
const LARGEST = 256 * 1024;

export interface Repeats {
  /**
   * Runs a call whose effect is not in our database, and remembers its answer: repeated with its key it gets that again,
   * and waits for it while the first one runs. A failure is not remembered. An end of the server between the effect and
   * the record leaves a gap: repeated after it, the call runs again.
   */
  once(keyed: Keyed, run: () => Awaitable<Result<unknown>>): Promise<Result<unknown>>;
}

const nothing = (): void => {};

/** Remembers answers of calls by their keys. `failed` hears of those that could not be stored. */
export function createRepeats(db: Db, clock: Clock, failed: (error: unknown) => void): Repeats {
  /** Who has a key now; settles when it is free. */
  const held = new Map<string, Promise<void>>();

  const attempt = async (keyed: Keyed, run: () => Awaitable<Result<unknown>>): Promise<Result<unknown>> => {
    const { actor, key, function: name } = keyed;
    const at = { actor, key, part: 0 };
    const inputHash = inputHashOf(keyed);
    const known = await db.read.get(findKey, at);
    if (known) {
      const isSame = known.function === name && known.inputHash === inputHash;
      return isSame ? (JSON.parse(known.result) as Result<unknown>) : fail(KeyReused);
    }
    const answer = await run();
    const result = JSON.stringify(answer);
    if (!answer.ok || result.length > LARGEST) return answer;
    const row = { ...at, function: name, inputHash, result, journalled: null, at: clock.now() };
    // It has happened, whether that can be noted or not.
    await db.write(async (tx) => void (await tx.run(insertKey, row))).catch(failed);
    return answer;
  };

  return {
    async once(keyed, run) {
      const name = JSON.stringify([keyed.actor, keyed.key]);
      for (let before = held.get(name); before; before = held.get(name)) await before;
      const work = attempt(keyed, run).finally(() => held.delete(name));
      held.set(name, work.then(nothing, nothing));
      return work;
    },
  };
}
