import { SetupNeeded, WrongCredentials } from '@shared/auth/errors.ts';
import type { SignedIn, SignInInput } from '@shared/auth/schema.ts';
import { fail, RateLimited } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import type { People } from '../people/people.ts';
import { addressKey, Attempts } from '../platform/attempts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import type { AuthAccounts } from './accounts.ts';
import { findCredential } from './store.ts';

export interface SignInDeps {
  db: Db;
  clock: Clock;
  accounts: AuthAccounts;
  people: Pick<People, 'team' | 'findByEmail'>;
}

const MINUTE = 60_000;

/** Signs people in. Whether somebody is unknown, inactive or mistyped their password shows in nothing, time included. */
export function createSignIn({ db, clock, accounts, people }: SignInDeps) {
  const byAccount = new Attempts(clock, { burst: 10, every: MINUTE });
  const byAddress = new Attempts(clock, { burst: 30, every: MINUTE / 6 });

  return async (ctx: Context, { email: typed, password }: SignInInput): Promise<VerbResult<SignedIn>> => {
    if (!(await people.team(db.read))) return fail(SetupNeeded);
    const email = typed.trim().toLowerCase();
    const address = addressKey(ctx.request.ip);
    const wait = (): number => Math.max(byAccount.wait(email), byAddress.wait(address));
    const limited = () => fail(RateLimited, undefined, { retryAfter: wait() });
    if (wait() > 0) return limited();

    const account = await people.findByEmail(db.read, email);
    const credential = account?.active ? await db.read.get(findCredential, { userId: account.id }) : undefined;
    const outcome = await accounts.passwords.inTurn(async (compare) => {
      // Asked again: others may have failed while this one waited for its turn.
      if (wait() > 0) return 'limited';
      if (await compare(password, credential?.passwordHash)) return 'right';
      byAccount.failed(email);
      byAddress.failed(address);
      return 'wrong';
    });
    if (outcome === 'limited') return limited();
    if (outcome === 'wrong' || !account || !credential) return fail(WrongCredentials);

    const opened = await ctx.write(async (tx) => {
      // The password may have been changed, and all sessions ended, since it was compared.
      const current = await tx.get(findCredential, { userId: account.id });
      const me = await people.findByEmail(tx, email);
      if (!me?.active || current?.passwordHash !== credential.passwordHash) return fail(WrongCredentials);
      const { active: _, ...user } = me;
      return ok({ user, session: await accounts.openSession(tx, user.id, ctx.request) });
    });
    return opened.ok ? accounts.signedIn(opened.data.user, opened.data.session) : opened;
  };
}
