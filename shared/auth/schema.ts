import { z } from 'zod';
import { SessionId, Timestamp } from '../kernel/ids.ts';
import { name } from '../kernel/text.ts';
import { Locale, Me } from '../people/schema.ts';

export const Email = z
  .string()
  .trim()
  .max(254)
  .transform((value) => value.toLowerCase())
  .pipe(z.email());
/** 8 characters at least. 200 bytes bound the work of hashing. */
export const Password = z
  .string()
  .min(8)
  .max(200)
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'not well-formed text');

export const SetupInput = z.strictObject({
  name: name(80),
  email: Email,
  password: Password,
  teamName: name(80),
  token: z.string().max(200).optional(),
  /** Names the first room; the account itself follows the browser until its owner chooses. */
  locale: Locale.optional(),
});
export type SetupInput = z.infer<typeof SetupInput>;

export const SignInInput = z.strictObject({ email: z.string().max(254), password: z.string().max(200) });
export type SignInInput = z.infer<typeof SignInInput>;

export const SignedIn = z.object({ user: Me, token: z.string(), expiresAt: Timestamp });
export type SignedIn = z.infer<typeof SignedIn>;

export const Status = z.object({
  setupNeeded: z.boolean(),
  setupTokenNeeded: z.boolean(),
  teamName: z.string().optional(),
  user: Me.optional(),
  /** Whether a refresh token came along: without one, `refresh` has nothing to work with. */
  canRefresh: z.boolean(),
});
export type Status = z.infer<typeof Status>;

export const Session = z.object({
  id: SessionId,
  current: z.boolean(),
  userAgent: z.string(),
  ip: z.string(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
});
export type Session = z.infer<typeof Session>;
