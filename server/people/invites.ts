import { fail, Invalid } from '@shared/kernel/errors.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import { InviteInvalid } from '@shared/people/errors.ts';
import type { Invite, Role } from '@shared/people/schema.ts';
import { renderSVG } from 'uqr';
import type { Context } from '../modules/context.ts';
import type { Clock } from '../platform/clock.ts';
import type { Reader, Tx } from '../platform/db/db.ts';
import type { Ids } from '../platform/ids.ts';
import {
  claimInvite,
  findGoodInvite,
  findTeam,
  findUser,
  insertInvite,
  type InviteRow,
  listGoodInvites,
  revokeGoodInvite,
} from './store.ts';

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** The last millisecond that a calendar knows. */
const LAST_DATE = 8.64e15;

export interface InviteInput {
  role: Role;
  expiresAt?: number | undefined;
  maxUses?: number | null | undefined;
}

const badExpiry = (code: string, params: Record<string, unknown>): Err =>
  fail(Invalid, undefined, { issues: [{ path: 'expiresAt', code, params }] });

const linkOf = (code: string, baseUrl: string): string => `${baseUrl}invite/${code}`;

const inviteOf = ({ code, role, expiresAt, maxUses, uses }: InviteRow, baseUrl: string): Invite => ({
  code,
  url: linkOf(code, baseUrl),
  role,
  expiresAt,
  maxUses,
  uses,
});

/** Links that let new people in. */
export function createInvites({ clock, ids }: { clock: Clock; ids: Ids }) {
  const find = async (reader: Reader, code: string): Promise<InviteRow | undefined> =>
    reader.get(findGoodInvite, { code, now: clock.now() });

  return {
    async make(ctx: Context, { role, expiresAt, maxUses = 1 }: InviteInput): Promise<Result<Invite>> {
      const now = clock.now();
      if (expiresAt !== undefined && expiresAt <= now) return badExpiry('too_small', { minimum: now + 1 });
      if (expiresAt !== undefined && expiresAt > LAST_DATE) return badExpiry('too_big', { maximum: LAST_DATE });
      const row: InviteRow = {
        code: ids.secret(16),
        role,
        createdBy: ctx.identity?.userId ?? null,
        createdAt: now,
        expiresAt: expiresAt ?? now + WEEK,
        maxUses,
        uses: 0,
        revokedAt: null,
      };
      return ctx.write(async (tx) => {
        await tx.run(insertInvite, row);
        return ok(inviteOf(row, ctx.request.baseUrl));
      });
    },

    async list(reader: Reader, baseUrl: string): Promise<Invite[]> {
      const rows = await reader.all(listGoodInvites, { now: clock.now() });
      return rows.map((row) => inviteOf(row, baseUrl));
    },

    async revoke(ctx: Context, code: string): Promise<Result<Record<string, never>>> {
      return ctx.write(async (tx) => {
        const revoked = await tx.get(revokeGoodInvite, { code, now: clock.now() });
        return revoked ? ok() : fail(InviteInvalid);
      });
    },

    find,

    async preview(reader: Reader, code: string) {
      const invite = await find(reader, code);
      const team = await reader.get(findTeam);
      if (!invite || !team) return fail(InviteInvalid);
      const inviter = invite.createdBy && (await reader.get(findUser, { id: invite.createdBy }));
      return ok({
        teamName: team.name,
        invitedBy: inviter ? inviter.name : team.name,
        role: invite.role,
        expiresAt: invite.expiresAt,
      });
    },

    async qr(reader: Reader, code: string, baseUrl: string): Promise<string | undefined> {
      return (await find(reader, code)) && renderSVG(linkOf(code, baseUrl), { ecc: 'M', border: 2 });
    },

    /** Uses an invitation once, in the transaction of what it is used for. */
    async claim(tx: Tx, code: string): Promise<Result<{ role: Role }>> {
      const claimed = await tx.get(claimInvite, { code, now: clock.now() });
      return claimed ? ok({ role: claimed.role }) : fail(InviteInvalid);
    },
  };
}

export type Invites = ReturnType<typeof createInvites>;
