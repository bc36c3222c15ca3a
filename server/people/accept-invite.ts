import type { SignedIn } from '@shared/auth/schema.ts';
import { fail, RateLimited } from '@shared/kernel/errors.ts';
import type { ErrorDef } from '@shared/kernel/errors.ts';
import { type Err, ok } from '@shared/kernel/result.ts';
import { EmailTaken, InviteInvalid } from '@shared/people/errors.ts';
import type { Locale } from '@shared/people/schema.ts';
import type { Context } from '../modules/context.ts';
import type { VerbResult } from '../modules/identity.ts';
import { addressKey, type Attempts } from '../platform/attempts.ts';
import type { Db } from '../platform/db/db.ts';
import type { Accounts } from './accounts.ts';
import type { Directory } from './directory.ts';
import type { Invites } from './invites.ts';

export interface AcceptInput {
  code: string;
  name: string;
  email: string;
  password: string;
  locale?: Locale | undefined;
}

export interface AcceptDeps {
  db: Db;
  accounts: Accounts;
  directory: Directory;
  invites: Invites;
  /** Failures by address: codes cannot be guessed, and e-mail addresses not be sounded out. */
  failures: Attempts;
}

/** Joins the team: the use of the invitation, the person, their password and session commit together or not at all. */
export async function acceptInvite(
  { db, accounts, directory, invites, failures }: AcceptDeps,
  ctx: Context,
  { code, name, email, password, locale }: AcceptInput,
): Promise<VerbResult<SignedIn>> {
  const address = addressKey(ctx.request.ip);
  const wait = failures.wait(address);
  if (wait > 0) return fail(RateLimited, undefined, { retryAfter: wait });
  const refuse = (error: ErrorDef): Err => {
    failures.failed(address);
    return fail(error);
  };
  // Asked before hashing, so that a bad code costs nothing; decided in the transaction below.
  if (!(await invites.find(db.read, code))) return refuse(InviteInvalid);
  if (await directory.findByEmail(db.read, email)) return refuse(EmailTaken);

  const passwordHash = await accounts.hashPassword(password);
  const joined = await ctx.write(async (tx) => {
    const invite = await invites.claim(tx, code);
    if (!invite.ok) return invite;
    const person = await directory.join(tx, { name, email, role: invite.data.role, locale: locale ?? null });
    if (!person.ok) return person;
    const me = person.data;
    await accounts.storePassword(tx, me.id, passwordHash);
    return ok({ me, session: await accounts.openSession(tx, me.id, ctx.request) });
  });
  return joined.ok ? accounts.signedIn(joined.data.me, joined.data.session) : joined;
}
