import { RefreshRefused } from '@shared/auth/errors.ts';
import { fail } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import type { Hub } from '../hub/hub.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import type { Account, OpenedSession, People } from '../people/people.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/db/db.ts';
import type { Logger } from '../platform/log.ts';
import type { AuthAccounts } from './accounts.ts';
import { SESSION_LIFETIME } from './sessions.ts';
import { advanceSession, findRefreshToken, forgetOldTokens, touchSession } from './store.ts';

/**
 * Milliseconds for which the token before the current one still works: tabs refresh at the same time, and answers get
 * lost on their way.
 */
export const ROTATION_GRACE = 60_000;

export interface RefreshDeps {
  accounts: AuthAccounts;
  people: Pick<People, 'find'>;
  hub: Pick<Hub, 'extendSession'>;
  clock: Clock;
  log: Logger;
}

type Rotation =
  | { kind: 'rotated'; account: Account; session: OpenedSession }
  | { kind: 'reused'; sessionId: string; userId: string }
  | { kind: 'refused' };

/**
 * The current generation moves the family on; its predecessor, soon enough, gets a sibling of the current one. Anything
 * older was used by somebody else in the meantime, so nobody keeps the family.
 */
async function rotate({ accounts, people, clock }: RefreshDeps, tx: Tx, token: string): Promise<Rotation> {
  const { sessions } = accounts;
  const now = clock.now();
  const found = await tx.get(findRefreshToken, { hash: sessions.hashOf(token) });
  if (!found || found.session.endedAt !== null || found.session.expiresAt <= now) return { kind: 'refused' };
  const { session } = found;

  const behind = session.generation - found.generation;
  if (behind > 1 || (behind === 1 && now - session.rotatedAt > ROTATION_GRACE)) {
    await sessions.end(tx, session.userId, session.id);
    return { kind: 'reused', sessionId: session.id, userId: session.userId };
  }
  const account = await people.find(tx, session.userId);
  if (!account?.active) {
    await sessions.end(tx, session.userId, session.id);
    return { kind: 'refused' };
  }
  const generation = found.generation + 1;
  if (behind === 0) {
    await tx.run(advanceSession, { id: session.id, generation, now });
    await tx.run(forgetOldTokens, { sessionId: session.id, before: now - SESSION_LIFETIME });
  }
  await tx.run(touchSession, { id: session.id, now, expiresAt: now + SESSION_LIFETIME });
  return { kind: 'rotated', account, session: await sessions.addToken(tx, session.id, generation) };
}

export async function refresh(
  deps: RefreshDeps,
  ctx: Context,
): Promise<VerbResult<{ token: string; expiresAt: number }>> {
  const { refreshToken } = ctx;
  if (refreshToken === undefined) return fail(RefreshRefused);
  const rotation = await ctx.write(async (tx) => ok(await rotate(deps, tx, refreshToken)));
  if (!rotation.ok) return rotation;
  if (rotation.data.kind === 'reused') {
    const { sessionId, userId } = rotation.data;
    const { ip, requestId } = ctx.request;
    deps.log.warn('An outdated refresh token came back: the session was ended', { sessionId, userId, ip, requestId });
  }
  // The cookies stay: by now they may belong to a sign-in of another tab, and on their own they are worth nothing.
  if (rotation.data.kind !== 'rotated') return fail(RefreshRefused);

  const { account, session } = rotation.data;
  const access = await deps.accounts.tokens.issue(account, session.id);
  deps.hub.extendSession(session.id, access.expiresAt);
  const { refreshToken: next, refreshExpiresAt } = session;
  return { ...ok(access), session: { kind: 'issue', ...access, refreshToken: next, refreshExpiresAt } };
}
