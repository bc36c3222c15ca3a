import { z } from 'zod';
import { contract, fn } from '../kernel/contract.ts';
import { UserId } from '../kernel/ids.ts';
import { adminFunctions } from './admin-functions.ts';
import { ChannelNotFound, TooManyConnections } from './errors.ts';
import { ChannelName } from './frames.ts';

export const hub = contract('hub', {
  admission: fn({
    access: 'guest',
    effect: 'read',
    summary: 'Says whether a socket would be let in, for pages that cannot see why an upgrade failed.',
    input: z.strictObject({}),
    output: z.object({ admitted: z.literal(true) }),
    errors: [TooManyConnections],
  }),
  presence: fn({
    access: 'guest',
    effect: 'read',
    summary: 'Who is online in a channel that the caller may subscribe to; of more than 100 people only the count.',
    input: z.strictObject({ channel: ChannelName }),
    output: z.object({ users: z.array(UserId), count: z.number().int() }),
    errors: [ChannelNotFound],
  }),
  ...adminFunctions,
});
