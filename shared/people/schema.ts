import { z } from 'zod';
import { Timestamp, UserId } from '../kernel/ids.ts';
import { name } from '../kernel/text.ts';

export const Role = z.enum(['guest', 'member', 'admin']);
export type Role = z.infer<typeof Role>;

export const Locale = z.enum(['en', 'de']);
export type Locale = z.infer<typeof Locale>;

export const Presence = z.enum(['online', 'offline']);
export type Presence = z.infer<typeof Presence>;

/** What everybody may know of a person. */
export const Person = z.object({
  id: UserId,
  name: z.string(),
  role: Role,
  active: z.boolean(),
  presence: Presence,
});
export type Person = z.infer<typeof Person>;

/** What a person may know of themselves. */
export const Me = z.object({
  id: UserId,
  name: z.string(),
  email: z.string(),
  role: Role,
  /** null: as the browser prefers. */
  locale: Locale.nullable(),
  createdAt: Timestamp,
});
export type Me = z.infer<typeof Me>;

export const Name = name(80);

export const Invite = z.object({
  code: z.string(),
  url: z.string(),
  role: Role,
  expiresAt: Timestamp,
  /** null: as often as anybody likes until it expires. */
  maxUses: z.number().int().nullable(),
  uses: z.number().int(),
});
export type Invite = z.infer<typeof Invite>;

/** What somebody with the link may know before accepting. */
export const InvitePreview = z.object({
  teamName: z.string(),
  invitedBy: z.string(),
  role: Role,
  expiresAt: Timestamp,
});
export type InvitePreview = z.infer<typeof InvitePreview>;

export const InviteCode = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);
