import { defineError } from '../kernel/errors.ts';

export const EmailTaken = defineError('people.email_taken', 409, 'Somebody already uses this e-mail address');
export const InviteInvalid = defineError(
  'people.invite_invalid',
  404,
  'This invitation is unknown, used up or expired',
);
export const PersonNotFound = defineError('people.not_found', 404, 'There is no such person');
