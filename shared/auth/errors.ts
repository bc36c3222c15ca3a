import { defineError } from '../kernel/errors.ts';

export const WrongCredentials = defineError('auth.wrong_credentials', 401, 'E-mail address or password is wrong');
export const SetupDone = defineError('auth.setup_done', 409, 'This team is already set up: sign in instead');
export const SetupTokenWrong = defineError(
  'auth.setup_token_wrong',
  403,
  'The set-up token is missing or wrong: it stands in the terminal that started Hearth',
);
export const SetupNeeded = defineError('auth.setup_needed', 409, 'This team is not set up yet');
export const SessionNotFound = defineError('auth.session_not_found', 404, 'There is no such session');
export const RefreshRefused = defineError('auth.refresh_refused', 401, 'The session has ended: sign in again');
