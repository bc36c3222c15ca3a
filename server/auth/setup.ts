import { timingSafeEqual } from 'node:crypto';
import { SetupDone, SetupTokenWrong } from '@shared/auth/errors.ts';
import type { SetupInput, SignedIn } from '@shared/auth/schema.ts';
import { fail, RateLimited } from '@shared/kernel/errors.ts';
import { type Awaitable, type Err, ok } from '@shared/kernel/result.ts';
import type { Locale, Me } from '@shared/people/schema.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import type { Accounts, People } from '../people/people.ts';
import { addressKey, Attempts } from '../platform/attempts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/db/db.ts';

export interface SetupDeps {
  db: Db;
  clock: Clock;
  accounts: Accounts;
  people: Pick<People, 'team' | 'found'>;
  /** What callers from elsewhere must know. */
  token: string;
  /** Furnishes the new team, in the transaction that makes it. */
  founded: (tx: Tx, user: Me, teamName: string, locale: Locale) => Awaitable<void>;
}

const digest = (text: string): Uint8Array => new Bun.CryptoHasher('sha256').update(text).digest();

/** Takes the same time wherever the texts differ, and whatever their lengths. */
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Makes the team and its first admin, once. */
export function createSetup({ db, clock, accounts, people, token, founded }: SetupDeps) {
  const failures = new Attempts(clock, { burst: 10, every: 60_000 });
  let last: Promise<unknown> = Promise.resolve();
  /** One attempt after another, so that all but one end before they hash anything. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };

  const refusal = (ctx: Context, given: string | undefined): Err | undefined => {
    if (ctx.request.local || ctx.role === 'admin') return undefined;
    const address = addressKey(ctx.request.ip);
    const wait = failures.wait(address);
    if (wait > 0) return fail(RateLimited, undefined, { retryAfter: wait });
    if (given !== undefined && same(given, token)) return undefined;
    if (given !== undefined) failures.failed(address);
    return fail(SetupTokenWrong);
  };

  return async (ctx: Context, input: SetupInput): Promise<VerbResult<SignedIn>> => {
    if (await people.team(db.read)) return fail(SetupDone);
    const refused = refusal(ctx, input.token);
    if (refused) return refused;
    const { name, email, password, teamName, locale } = input;
    const done = await inTurn(async () => {
      if (await people.team(db.read)) return fail(SetupDone);
      const passwordHash = await accounts.hashPassword(password);
      return ctx.write(async (tx) => {
        if (await people.team(tx)) return fail(SetupDone);
        const founder = await people.found(tx, teamName, { name, email, locale: null });
        if (!founder.ok) return founder;
        const user = founder.data;
        await accounts.storePassword(tx, user.id, passwordHash);
        await founded(tx, user, teamName, locale ?? 'en');
        return ok({ user, session: await accounts.openSession(tx, user.id, ctx.request) });
      });
    });
    return done.ok ? accounts.signedIn(done.data.user, done.data.session) : done;
  };
}
