import { z } from 'zod';
import type { HearthError } from '../kernel/result.ts';
import { ChannelName, type ServerFrame, type Welcome } from './frames.ts';
import { limits } from './limits.ts';

/** `a,b`, `["a","b"]` or a list: what a query and a JSON body can both say. */
const Texts = z.union([z.string(), z.array(z.string())]);

const textsOf = (given: string | readonly string[]): string[] =>
  [given].flat().flatMap((text) => {
    const trimmed = text.trim();
    if (!trimmed.startsWith('[')) return trimmed.split(',').filter((part) => part !== '');
    try {
      const parsed: unknown = JSON.parse(trimmed);
      return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string') ? textsOf(parsed) : [trimmed];
    } catch {
      return [trimmed];
    }
  });

const placeOf = (text: string): { channel: string; offset: number } => {
  const colon = text.lastIndexOf(':');
  const offset = text.slice(colon + 1);
  return { channel: text.slice(0, colon), offset: /^\d{1,15}$/.test(offset) ? Number(offset) : -1 };
};

/** Far more than a connection may subscribe to itself: a client also names where it stands in its rooms. */
const MOST = 5000;

/** Names of channels, each once. */
export const Channels = Texts.transform((given) => [...new Set(textsOf(given))]).pipe(
  z.array(ChannelName).max(limits.channels),
);

/** `<channel>:<offset>`: the last event of a channel that the client has. */
export const Since = Texts.transform((given) => textsOf(given).map(placeOf)).pipe(
  z.array(z.strictObject({ channel: ChannelName, offset: z.number().int().nonnegative() })).max(MOST),
);

/** `<epoch>.<seq>`: everything up to here was received. What a poll adds behind another dot is its own business. */
export const FeedCursor = z.string().regex(/^[A-Za-z0-9_-]{1,64}\.\d{1,15}(\.[A-Za-z0-9_-]{0,400000})?$/);

/** What streams and polls are asked for. */
export const FeedInput = {
  /** The channels to receive. */
  channels: Channels.default([]),
  /** Where to go on in channels that no cursor speaks for. */
  since: Since.default([]),
  /** The epoch of the offsets in `since`; in another one nothing can be recovered. The present one unless told. */
  epoch: z.string().min(1).max(64).optional(),
  /**
   * Also the channels that the server gives a socket by itself, with a welcome package where there is no cursor. Channels
   * that are not ours are then told one by one instead of refusing the whole.
   */
  own: z.boolean().default(false),
};

const namesChannels = ({ channels, own }: { channels: readonly string[]; own: boolean }): boolean =>
  own || channels.length > 0;
const nothingNamed = { path: ['channels'], message: 'Name at least one channel' };

export const SubscribeInput = z
  .strictObject({
    ...FeedInput,
    /** As the header `Last-Event-ID`, for pages that open a new `EventSource`. */
    lastEventId: FeedCursor.optional(),
  })
  .refine(namesChannels, nothingNamed);

export const PollInput = z
  .strictObject({
    ...FeedInput,
    /** Of the answer before. */
    cursor: FeedCursor.optional(),
    /** Milliseconds to wait for an event where there is none yet. */
    wait: z.number().int().min(0).max(25_000).default(0),
  })
  .refine(namesChannels, nothingNamed);

/** A frame as the socket carries it. */
export const Frame = z.object({
  event: z.string(),
  channel: z.string(),
  payload: z.unknown(),
  ts: z.number(),
  offset: z.number().int().optional(),
  epoch: z.string().optional(),
  seq: z.number().int().optional(),
}) satisfies z.ZodType<ServerFrame>;

/**
 * How a subscription of one channel went. `recovered`: everything since the cursor was delivered; false where there was
 * none, or where it could not be: then nothing was replayed, and what is live follows `offset`.
 */
export interface SubscribedChannel {
  channel: string;
  recovered: boolean;
  offset: number;
  /** The channel is not received. */
  error?: HearthError;
}

/** The payload of `subscribed`: from here on everything is live. */
export interface Subscribed {
  epoch: string;
  channels: SubscribedChannel[];
}

const SubscribedChannel = z.object({
  channel: z.string(),
  recovered: z.boolean(),
  offset: z.number().int(),
  error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }).optional(),
}) satisfies z.ZodType<SubscribedChannel>;

const WelcomePackage = z.object({
  connectionId: z.string(),
  protocol: z.number().int(),
  server: z.object({ version: z.string(), build: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), role: z.string() }),
  sessionExpiresAt: z.number(),
  epoch: z.string(),
  pingInterval: z.number(),
  pongTimeout: z.number(),
  limits: z.object({ frameBytes: z.number(), channels: z.number() }),
  channels: z.array(z.object({ channel: z.string(), offset: z.number().int() })),
  state: z.record(z.string(), z.unknown()),
}) satisfies z.ZodType<Welcome>;

export const PollAnswer = z.object({
  /** What was missed in the order of `seq`, then what needs no journal. */
  events: z.array(Frame),
  cursor: z.string(),
  epoch: z.string(),
  /** More waits: ask again at once. */
  more: z.boolean(),
  /** How the channels fared that were asked for without the cursor speaking for them, or against what it says. */
  subscribed: z.array(SubscribedChannel),
  welcome: WelcomePackage.optional(),
});
export type PollAnswer = z.infer<typeof PollAnswer>;
