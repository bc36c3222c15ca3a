import { z } from 'zod';
import { contract, fn } from '../kernel/contract.ts';
import { RateLimited } from '../kernel/errors.ts';
import { SessionId, Timestamp } from '../kernel/ids.ts';
import { EmailTaken } from '../people/errors.ts';
import {
  RefreshRefused,
  SessionNotFound,
  SetupDone,
  SetupNeeded,
  SetupTokenWrong,
  WrongCredentials,
} from './errors.ts';
import { Session, SetupInput, SignedIn, SignInInput, Status } from './schema.ts';

const Nothing = z.strictObject({});

export const auth = contract('auth', {
  status: fn({
    access: 'public',
    effect: 'read',
    summary: 'Says whether the team is set up and who is signed in.',
    input: Nothing,
    output: Status,
    errors: [],
  }),
  setup: fn({
    access: 'public',
    effect: 'write',
    summary: 'Makes the team and its first admin, once.',
    input: SetupInput,
    output: SignedIn,
    errors: [SetupDone, SetupTokenWrong, EmailTaken, RateLimited],
    unrepeatable: true,
    setsCookies: true,
  }),
  signIn: fn({
    access: 'public',
    effect: 'write',
    summary: 'Starts a session by e-mail address and password.',
    input: SignInInput,
    output: SignedIn,
    errors: [WrongCredentials, SetupNeeded, RateLimited],
    unrepeatable: true,
    setsCookies: true,
  }),
  signOut: fn({
    access: 'guest',
    effect: 'write',
    summary: 'Ends the session of the caller.',
    input: Nothing,
    output: Nothing,
    errors: [],
    unrepeatable: true,
    setsCookies: true,
  }),
  refresh: fn({
    access: 'public',
    effect: 'write',
    summary: 'Rotates the refresh token of the cookie and issues a new access token.',
    input: Nothing,
    output: z.object({ token: z.string(), expiresAt: Timestamp }),
    errors: [RefreshRefused],
    unrepeatable: true,
    setsCookies: true,
  }),
  ticket: fn({
    access: 'guest',
    effect: 'write',
    summary: 'Makes a ticket for one socket connection: 30 seconds, single use.',
    input: z.strictObject({ origin: z.url().max(200).optional() }),
    output: z.object({ ticket: z.string() }),
    errors: [],
    unrepeatable: true,
  }),
  sessions: fn({
    access: 'guest',
    effect: 'read',
    summary: 'Lists the sessions of the caller.',
    input: Nothing,
    output: z.array(Session),
    errors: [],
  }),
  endSession: fn({
    access: 'guest',
    effect: 'write',
    summary: 'Ends one of the sessions of the caller; its sockets close at once.',
    input: z.strictObject({ id: SessionId }),
    output: Nothing,
    errors: [SessionNotFound],
  }),
});
