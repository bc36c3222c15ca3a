import { z } from 'zod';

/** `usr_01h…`: a prefix that names the noun and a lowercase ULID. An id is never an order or a cursor. */
export type Id<P extends string = string> = `${P}_${string}`;

export const id = <P extends string>(prefix: P) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), 'not an id') as unknown as z.ZodType<
    Id<P>,
    string
  >;

export const UserId = id('usr');
export type UserId = z.infer<typeof UserId>;
export const RoomId = id('room');
export type RoomId = z.infer<typeof RoomId>;
export const MessageId = id('msg');
export type MessageId = z.infer<typeof MessageId>;
export const SessionId = id('ses');
export type SessionId = z.infer<typeof SessionId>;
export const ConnectionId = id('con');
export type ConnectionId = z.infer<typeof ConnectionId>;

/** Made by the client, so that sending twice stores once. */
export const ClientId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/);

/** Milliseconds since 1970, UTC. */
export const Timestamp = z.number().int().nonnegative();
