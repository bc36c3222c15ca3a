import { binary } from '@shared/kernel/content.ts';
import { fail, Unauthenticated } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import { people as contract } from '@shared/people/contract.ts';
import { InviteInvalid, PersonNotFound } from '@shared/people/errors.ts';
import type { Locale, Me } from '@shared/people/schema.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import { implement, type ServerModule } from '../modules/module.ts';
import { acceptInvite, type AcceptDeps } from './accept-invite.ts';
import { meOf } from './directory.ts';
import type { PresenceBatch } from './presence.ts';

export interface ModuleDeps extends AcceptDeps {
  presence: PresenceBatch;
  isOnline: (userId: string) => boolean;
}

export function peopleModule(deps: ModuleDeps): ServerModule<typeof contract> {
  const { db, accounts, directory, invites, presence, isOnline } = deps;

  const me = async ({ identity }: Context): Promise<Result<Me>> => {
    const account = identity && (await directory.find(db.read, identity.userId));
    return account ? ok(meOf(account)) : fail(Unauthenticated);
  };

  const updateMe = (
    ctx: Context,
    change: { name?: string | undefined; locale?: Locale | null | undefined },
  ): Promise<Result<Me>> =>
    ctx.write(async (tx) => {
      const account = ctx.identity && (await directory.find(tx, ctx.identity.userId));
      if (!account) return fail(Unauthenticated);
      const { me: changed, event } = await directory.change(tx, account, change);
      if (event) ctx.journalled(event);
      return ok(changed);
    });

  const setPassword = async (
    ctx: Context,
    { userId, password }: { userId: string; password: string },
  ): Promise<VerbResult<Record<string, never>>> => {
    if (!(await directory.find(db.read, userId))) return fail(PersonNotFound);
    const passwordHash = await accounts.hashPassword(password);
    const changed = await ctx.write(async (tx) => {
      const account = await directory.find(tx, userId);
      if (!account) return fail(PersonNotFound);
      await accounts.storePassword(tx, account.id, passwordHash);
      await accounts.endSessions(tx, account.id);
      return ok();
    });
    return changed.ok && ctx.identity?.userId === userId ? { ...changed, session: { kind: 'clear' } } : changed;
  };

  return implement(
    contract,
    {
      me,
      updateMe,
      list: async () =>
        ok(
          (await directory.all(db.read)).map(({ id, name, role, active }) => ({
            id,
            name,
            role,
            active,
            presence: isOnline(id) ? 'online' : 'offline',
          })),
        ),
      accounts: async () => ok(await directory.all(db.read)),
      invite: (ctx, input) => invites.make(ctx, input),
      invites: async (ctx) => ok(await invites.list(db.read, ctx.request.baseUrl)),
      revokeInvite: (ctx, { code }) => invites.revoke(ctx, code),
      invitation: (_, { code }) => invites.preview(db.read, code),
      inviteQr: async (ctx, { code }) => {
        const svg = await invites.qr(db.read, code, ctx.request.baseUrl);
        return svg === undefined ? fail(InviteInvalid) : ok(binary(new TextEncoder().encode(svg), 'image/svg+xml'));
      },
      acceptInvite: (ctx, input) => acceptInvite(deps, ctx, input),
      add: async (ctx, { name, email, password, role }) => {
        const passwordHash = await accounts.hashPassword(password);
        return ctx.write(async (tx) => {
          const person = await directory.join(tx, { name, email, role, locale: null }, ctx.actor);
          if (person.ok) await accounts.storePassword(tx, person.data.id, passwordHash);
          return person;
        });
      },
      setPassword,
    },
    {
      channels: [
        {
          prefix: 'global',
          kind: 'journalled',
          maySubscribe: (_, channel) => channel === 'global',
          accepts: (channel) => channel === 'global',
        },
        {
          prefix: 'user',
          kind: 'journalled',
          maySubscribe: (identity, channel) => channel === `user:${identity.userId}`,
          accepts: async (channel) => (await directory.find(db.read, channel.slice('user:'.length)))?.active === true,
        },
      ],
      onOnline: (userId) => presence.note(userId, 'online'),
      onOffline: (userId) => presence.note(userId, 'offline'),
      stop: () => presence.stop(),
    },
  );
}
