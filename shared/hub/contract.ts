import { z } from 'zod';
import { contract, fn, stream } from '../kernel/contract.ts';
import { UserId } from '../kernel/ids.ts';
import { adminFunctions } from './admin-functions.ts';
import { ChannelNotFound, TooManyConnections, TooSlow } from './errors.ts';
import { Frame, PollAnswer, PollInput, SubscribeInput } from './feed.ts';
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
  subscribe: stream({
    access: 'guest',
    summary: 'Receives channels as the socket does: each event is a frame, its id resumes all channels.',
    input: SubscribeInput,
    events: { frame: Frame } as Record<string, typeof Frame>,
    errors: [ChannelNotFound, TooManyConnections, TooSlow],
  }),
  poll: fn({
    access: 'guest',
    effect: 'read',
    summary: 'What came on some channels since a cursor, and the next cursor; waits for something if asked to.',
    input: PollInput,
    output: PollAnswer,
    errors: [ChannelNotFound, TooManyConnections, TooSlow],
  }),
  ...adminFunctions,
});
