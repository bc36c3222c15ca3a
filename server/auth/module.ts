import { auth as contract } from '@shared/auth/contract.ts';
import { SessionNotFound } from '@shared/auth/errors.ts';
import type { SetupInput, SignedIn, SignInInput, Status } from '@shared/auth/schema.ts';
import { fail, Invalid, Unauthenticated } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import type { People } from '../people/people.ts';
import type { Timer } from '../platform/clock.ts';
import type { Db } from '../platform/db/db.ts';
import { refresh, type RefreshDeps } from './refresh.ts';
import type { Tickets } from './tickets.ts';

const DAY = 24 * 60 * 60 * 1000;

export interface ModuleDeps extends RefreshDeps {
  db: Db;
  people: Pick<People, 'team' | 'find'>;
  tickets: Tickets;
  setup: (ctx: Context, input: SetupInput) => Promise<VerbResult<SignedIn>>;
  signIn: (ctx: Context, input: SignInInput) => Promise<VerbResult<SignedIn>>;
}

export function authModule(deps: ModuleDeps): ServerModule<typeof contract> {
  const { db, clock, log, accounts, people, tickets } = deps;
  const { sessions } = accounts;
  let pruning: Timer | undefined;

  const status = async ({ identity, request, role, refreshToken }: Context): Promise<Result<Status>> => {
    const team = await people.team(db.read);
    const account = identity && (await people.find(db.read, identity.userId));
    const answer: Status = {
      setupNeeded: !team,
      setupTokenNeeded: !team && !request.local && role !== 'admin',
      canRefresh: refreshToken !== undefined,
    };
    if (team) answer.teamName = team.name;
    if (account?.active) {
      const { active: _, ...user } = account;
      answer.user = user;
    }
    return ok(answer);
  };

  const end = async (ctx: Context, id: string): Promise<VerbResult<Record<string, never>>> => {
    const { identity } = ctx;
    if (!identity) return fail(Unauthenticated);
    const ended = await ctx.write(async (tx) =>
      (await sessions.end(tx, identity.userId, id)) ? ok() : fail(SessionNotFound),
    );
    return ended.ok && id === identity.sessionId ? { ...ended, session: { kind: 'clear' } } : ended;
  };

  const ticket = ({ identity }: Context, origin: string | undefined): Result<{ ticket: string }> => {
    if (!identity) return fail(Unauthenticated);
    const bound = origin === undefined ? undefined : new URL(origin).origin;
    // Opaque origins are all the same "null": a ticket for one would serve any of them.
    if (bound === 'null') return fail(Invalid, undefined, { issues: [{ path: 'origin', code: 'invalid_format' }] });
    return ok({ ticket: tickets.issue(identity, bound) });
  };

  const prune = (): void => {
    sessions.prune().catch((error: unknown) => log.error('Old sessions could not be forgotten', { error }));
  };

  return implement(
    contract,
    {
      status,
      setup: deps.setup,
      signIn: deps.signIn,
      refresh: (ctx) => refresh(deps, ctx),
      signOut: async (ctx) => {
        if (!ctx.identity) return fail(Unauthenticated);
        const ended = await end(ctx, ctx.identity.sessionId);
        // Ended by somebody else a moment ago: signed out all the same.
        return ended.ok || ended.error.code !== SessionNotFound.code ? ended : { ...ok(), session: { kind: 'clear' } };
      },
      ticket: (ctx, { origin }) => ticket(ctx, origin),
      sessions: async ({ identity }) =>
        identity ? ok(await sessions.list(db.read, identity.userId, identity.sessionId)) : fail(Unauthenticated),
      endSession: (ctx, { id }) => end(ctx, id),
    },
    {
      async start() {
        await sessions.load();
        prune();
        pruning = clock.setInterval(prune, DAY);
      },
      stop: () => pruning?.cancel(),
    },
  );
}
