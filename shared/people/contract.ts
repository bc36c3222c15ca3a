import { z } from 'zod';
import { Email, Password, SignedIn } from '../auth/schema.ts';
import { contract, fn } from '../kernel/contract.ts';
import { RateLimited } from '../kernel/errors.ts';
import { Timestamp, UserId } from '../kernel/ids.ts';
import { EmailTaken, InviteInvalid, PersonNotFound } from './errors.ts';
import { Invite, InviteCode, InvitePreview, Locale, Me, Name, Person, Role } from './schema.ts';

const Nothing = z.strictObject({});

export const people = contract('people', {
  me: fn({
    access: 'guest',
    effect: 'read',
    summary: 'The caller’s own profile.',
    input: Nothing,
    output: Me,
    errors: [],
  }),
  list: fn({
    access: 'guest',
    effect: 'read',
    summary: 'Everybody in the team, with presence.',
    input: Nothing,
    output: z.array(Person),
    errors: [],
  }),
  updateMe: fn({
    access: 'guest',
    effect: 'write',
    summary: 'Changes the caller’s name or language.',
    input: z.strictObject({ name: Name.optional(), locale: Locale.nullable().optional() }),
    output: Me,
    errors: [],
  }),
  invite: fn({
    access: 'admin',
    effect: 'write',
    summary:
      'Makes an invitation link. Without `expiresAt` it is good for seven days, without `maxUses` for one person.',
    input: z.strictObject({
      role: Role,
      expiresAt: Timestamp.optional(),
      maxUses: z.number().int().min(1).max(1000).nullable().optional(),
    }),
    output: Invite,
    errors: [],
  }),
  invites: fn({
    access: 'admin',
    effect: 'read',
    summary: 'The invitations that are still good.',
    input: Nothing,
    output: z.array(Invite),
    errors: [],
  }),
  revokeInvite: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Makes an invitation worthless.',
    input: z.strictObject({ code: InviteCode }),
    output: Nothing,
    errors: [InviteInvalid],
  }),
  invitation: fn({
    access: 'public',
    effect: 'read',
    summary: 'What an invitation leads to.',
    input: z.strictObject({ code: InviteCode }),
    output: InvitePreview,
    errors: [InviteInvalid],
  }),
  inviteQr: fn({
    access: 'admin',
    effect: 'read',
    summary: 'The invitation link as a QR code (SVG).',
    input: z.strictObject({ code: InviteCode }),
    output: 'binary',
    errors: [InviteInvalid],
  }),
  acceptInvite: fn({
    access: 'public',
    effect: 'write',
    summary: 'Joins the team by an invitation and starts a session.',
    input: z.strictObject({
      code: InviteCode,
      name: Name,
      email: Email,
      password: Password,
      locale: Locale.optional(),
    }),
    output: SignedIn,
    errors: [InviteInvalid, EmailTaken, RateLimited],
    unrepeatable: true,
    setsCookies: true,
  }),
  add: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Makes an account without an invitation (`hearth user add`).',
    input: z.strictObject({ name: Name, email: Email, password: Password, role: Role }),
    output: Me,
    errors: [EmailTaken],
    unrepeatable: true,
  }),
  setPassword: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Gives a person a new password and ends their sessions (`hearth user password`).',
    input: z.strictObject({ userId: UserId, password: Password }),
    output: Nothing,
    errors: [PersonNotFound],
    unrepeatable: true,
  }),
  accounts: fn({
    access: 'admin',
    effect: 'read',
    summary: 'Everybody in the team with e-mail address (`hearth user list`).',
    input: Nothing,
    output: z.array(Me.extend({ active: z.boolean() })),
    errors: [],
  }),
});
