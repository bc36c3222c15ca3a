import { z } from 'zod';
import { fn } from '../kernel/contract.ts';
import { TooLarge } from '../kernel/errors.ts';
import { ConnectionId, SessionId, UserId } from '../kernel/ids.ts';
import { ChannelNotFound, EventReserved, PublishRefused, RecipientNotFound } from './errors.ts';
import { CustomEvent } from './event-names.ts';
import { ChannelName } from './frames.ts';
import { ConnectionFigures, Stats } from './stats.ts';

const event = CustomEvent;
const payload = z.record(z.string(), z.unknown());

/** What was sent: how many connections received the channel at that moment, and its place where it is journalled. */
const Sent = z.object({
  connections: z.number().int().nonnegative(),
  cursor: z.object({ epoch: z.string(), offset: z.number().int(), seq: z.number().int() }).nullable(),
});

const exactlyOne =
  (...names: string[]) =>
  (input: Record<string, unknown>): boolean =>
    names.filter((name) => input[name] !== undefined).length === 1;

/** What a connection list can be sorted by. */
export const ConnectionOrder = z.enum([
  'name',
  'connectedAt',
  'lastActivity',
  'address',
  'channels',
  'messageCount',
  'bytesIn',
  'queued',
  'buffered',
]);
export type ConnectionOrder = z.infer<typeof ConnectionOrder>;

/** The server side of the hub: for admins, and for modules that were granted its scopes. */
export const adminFunctions = {
  publish: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Sends an event to a channel; where the channel is journalled the event is, too.',
    input: z.strictObject({ channel: ChannelName, event, payload }),
    output: Sent,
    errors: [ChannelNotFound, PublishRefused, EventReserved, TooLarge],
  }),
  broadcast: fn({
    access: 'admin',
    effect: 'write',
    summary:
      'Sends an event to everybody; who is away gets it on coming back. `announcement` { text } is shown as it is.',
    input: z.strictObject({ event, payload }),
    output: Sent,
    errors: [EventReserved, TooLarge],
  }),
  sendToUser: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Sends an event to all connections of a person; who is away gets it on coming back.',
    input: z.strictObject({ userId: UserId, event, payload }),
    output: Sent,
    errors: [RecipientNotFound, EventReserved, TooLarge],
  }),
  sendToConnection: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Sends an event to one connection, on the channel `system`. It is not kept.',
    input: z.strictObject({ connectionId: ConnectionId, event, payload }),
    output: z.strictObject({}),
    errors: [RecipientNotFound, EventReserved, TooLarge],
  }),
  disconnect: fn({
    access: 'admin',
    effect: 'write',
    summary:
      'Closes a connection, or everything open of a session or person. Without `reconnect: false` they come back.',
    input: z
      .strictObject({
        connectionId: ConnectionId.optional(),
        userId: UserId.optional(),
        sessionId: SessionId.optional(),
        reconnect: z.boolean().optional(),
        /** Instead of the code that `reconnect` stands for. */
        code: z.number().int().min(4000).max(4999).optional(),
      })
      .refine(exactlyOne('connectionId', 'userId', 'sessionId')),
    output: z.object({ closed: z.number().int().nonnegative() }),
    errors: [RecipientNotFound],
  }),
  unsubscribe: fn({
    access: 'admin',
    effect: 'write',
    summary: 'Takes a channel from a connection, or from all of a person’s. A right that remains lets them come back.',
    input: z
      .strictObject({ connectionId: ConnectionId.optional(), userId: UserId.optional(), channel: ChannelName })
      .refine(exactlyOne('connectionId', 'userId')),
    output: z.object({ connections: z.number().int().nonnegative() }),
    errors: [RecipientNotFound],
  }),
  stats: fn({
    access: 'admin',
    effect: 'read',
    summary: 'The hub in numbers, with its newest connections.',
    input: z.strictObject({}),
    output: Stats.extend({ newest: z.array(ConnectionFigures) }),
    errors: [],
  }),
  connections: fn({
    access: 'admin',
    effect: 'read',
    summary: 'Open connections with their figures. `text` is sought in name, address, user agent and ids.',
    input: z.strictObject({
      text: z.string().max(100).optional(),
      userId: UserId.optional(),
      sort: ConnectionOrder.default('connectedAt'),
      descending: z.boolean().default(true),
      limit: z.number().int().min(1).max(1000).default(100),
    }),
    /** `total`: all that fit, of which the first are here. */
    output: z.object({ total: z.number().int().nonnegative(), items: z.array(ConnectionFigures) }),
    errors: [],
  }),
};
