import { z } from 'zod';
import { Actor } from '../kernel/actor.ts';
import { ClientId, MessageId, RoomId, Timestamp, UserId } from '../kernel/ids.ts';
import { Cursor } from '../kernel/paging.ts';
import { name, text } from '../kernel/text.ts';

export const RoomKind = z.enum(['public', 'private', 'direct']);
export type RoomKind = z.infer<typeof RoomKind>;

export const RoomRole = z.enum(['owner', 'member']);
export type RoomRole = z.infer<typeof RoomRole>;

/** Counts the messages of a room from 1; 0 stands before the first. */
export const Position = z.number().int().nonnegative();

export const MessageBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('system'), code: z.string(), params: z.record(z.string(), z.unknown()) }),
]);
export type MessageBody = z.infer<typeof MessageBody>;

export const Message = z.object({
  id: MessageId,
  roomId: RoomId,
  clientId: ClientId,
  author: Actor,
  position: Position,
  body: MessageBody,
  attachments: z.array(z.never()),
  replyTo: MessageId.nullable(),
  threadId: MessageId.nullable(),
  createdAt: Timestamp,
  editedAt: Timestamp.nullable(),
  deletedAt: Timestamp.nullable(),
});
export type Message = z.infer<typeof Message>;

/** A room as one of its members sees it. */
export const Room = z.object({
  id: RoomId,
  kind: RoomKind,
  /** Empty for direct rooms: clients show the other people's names. */
  name: z.string(),
  topic: z.string(),
  createdAt: Timestamp,
  /** The caller's role in it. */
  role: RoomRole,
  /** Head position minus read position. */
  unread: z.number().int().nonnegative(),
  head: Position,
  readPosition: Position,
  /** The people of a direct room, the caller included; empty for other kinds. */
  people: z.array(UserId),
});
export type Room = z.infer<typeof Room>;

/** A room with its last message, as `welcome` shows it. */
export const RoomPreview = Room.extend({ lastMessage: Message.nullable() });
export type RoomPreview = z.infer<typeof RoomPreview>;

/** A public room that the caller could join. */
export const OpenRoom = z.object({
  id: RoomId,
  name: z.string(),
  topic: z.string(),
  members: z.number().int(),
  createdAt: Timestamp,
});
export type OpenRoom = z.infer<typeof OpenRoom>;

export const RoomMember = z.object({ userId: UserId, role: RoomRole, joinedAt: Timestamp });
export type RoomMember = z.infer<typeof RoomMember>;

export const RoomName = name(80);
export const Topic = z.union([z.literal(''), name(250)]);
export const MessageText = text(10_000);

export const PostMessageInput = z.strictObject({
  roomId: RoomId,
  clientId: ClientId,
  text: MessageText,
  replyTo: MessageId.optional(),
  threadId: MessageId.optional(),
});
export type PostMessageInput = z.infer<typeof PostMessageInput>;

export const HistoryInput = z
  .strictObject({
    roomId: RoomId,
    /** At most one of the three: a cursor of an earlier page, or the position to show in the middle. */
    before: Cursor.optional(),
    after: Cursor.optional(),
    around: Position.optional(),
    limit: z.number().int().min(1).max(100).default(50),
  })
  .refine(
    (input) => [input.before, input.after, input.around].filter((value) => value !== undefined).length <= 1,
    'only one of before, after and around',
  );
export type HistoryInput = z.infer<typeof HistoryInput>;

/** Words that must all be in a message, in any order; the last one may be unfinished. */
export const SearchInput = z.strictObject({
  query: text(200),
  /** In this room only. */
  roomId: RoomId.optional(),
  /** Cursor of an earlier page: what is older. */
  before: Cursor.optional(),
  limit: z.number().int().min(1).max(50).default(20),
});
export type SearchInput = z.infer<typeof SearchInput>;

/** A part of a message's text, cut with an ellipsis, and what was found in it: places in UTF-16 units, `to` excluded. */
export const Snippet = z.object({
  text: z.string(),
  marks: z.array(z.object({ from: z.number().int().nonnegative(), to: z.number().int().nonnegative() })),
});
export type Snippet = z.infer<typeof Snippet>;

export const SearchHit = z.object({ message: Message, snippet: Snippet });
export type SearchHit = z.infer<typeof SearchHit>;
