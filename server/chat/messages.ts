import { ClientIdReused, MessageNotFound } from '@shared/chat/errors.ts';
import type { Message, MessageBody, PostMessageInput } from '@shared/chat/schema.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import { fail } from '@shared/kernel/errors.ts';
import type { MessageId, RoomId } from '@shared/kernel/ids.ts';
import { type Err, ok, type Result } from '@shared/kernel/result.ts';
import type { Context, Journalled } from '../modules/context.ts';
import type { Tx } from '../platform/db/db.ts';
import { personOf, roomToPostIn } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { roomChannel } from './events.ts';
import { findInRoom, findSent, insertMessage, type MessageRow } from './store.ts';

export const messageOf = (row: MessageRow): Message => ({
  id: row.id,
  roomId: row.roomId,
  clientId: row.clientId,
  author: { kind: row.authorKind, id: row.authorId },
  position: row.position,
  body: row.body,
  attachments: [],
  replyTo: row.replyTo,
  threadId: row.threadId,
  createdAt: row.createdAt,
  editedAt: row.editedAt,
  deletedAt: row.deletedAt,
});

const isRepeat = (row: MessageRow, input: PostMessageInput): boolean =>
  row.roomId === input.roomId &&
  row.body.kind === 'text' &&
  row.body.text === input.text &&
  row.replyTo === (input.replyTo ?? null) &&
  row.threadId === (input.threadId ?? null);

/** Whether the actor may post here; answered from memory for people who posted before. */
async function mayPost(d: ChatDeps, ctx: Context, tx: Tx, roomId: string): Promise<Err | undefined> {
  const userId = personOf(ctx);
  if (userId !== undefined && d.memberships.holds(roomId, userId)) return undefined;
  const room = await roomToPostIn(d, tx, ctx, roomId);
  if (!room.ok) return room;
  if (userId !== undefined) d.memberships.remember(tx, roomId, userId);
  return undefined;
}

/** The message that this client id was used for before: again the answer if it is the same one. */
async function sentBefore(
  d: ChatDeps,
  ctx: Context,
  tx: Tx,
  input: PostMessageInput,
): Promise<Result<Message> | undefined> {
  const { kind, id } = ctx.actor;
  const sent = await tx.get(findSent, { authorKind: kind, authorId: id, clientId: input.clientId });
  if (!sent) return undefined;
  if (!isRepeat(sent, input)) return fail(ClientIdReused);
  const { seq, offset } = sent;
  ctx.journalled({ channel: roomChannel(input.roomId), seq, offset, epoch: d.hub.journal.epoch });
  return ok(messageOf(sent));
}

interface NewMessage {
  roomId: RoomId;
  clientId: string;
  body: MessageBody;
  replyTo: MessageId | null;
  threadId: MessageId | null;
}

/** Stores a message and its event; undefined where the author used this client id before. */
export async function storeMessage(
  d: ChatDeps,
  tx: Tx,
  author: Actor,
  given: NewMessage,
): Promise<{ message: Message; event: Journalled } | undefined> {
  const place = await d.hub.journal.reserve(tx, roomChannel(given.roomId));
  const { position, release } = await d.positions.next(tx, given.roomId);
  const row: MessageRow = {
    seq: place.seq,
    id: d.ids.next('msg'),
    roomId: given.roomId,
    position,
    authorKind: author.kind,
    authorId: author.id,
    clientId: given.clientId,
    body: given.body,
    replyTo: given.replyTo,
    threadId: given.threadId,
    createdAt: d.clock.now(),
    editedAt: null,
    deletedAt: null,
    offset: place.offset,
  };
  if ((await tx.run(insertMessage, row)) === 0) {
    release();
    d.hub.journal.release(place);
    return undefined;
  }
  const message = messageOf(row);
  await d.hub.journal.append(tx, place, 'chat_message', message, author);
  d.derived.stored(tx, row);
  return { message, event: place };
}

export function postMessage(d: ChatDeps, ctx: Context, input: PostMessageInput): Promise<Result<Message>> {
  const { roomId, clientId, replyTo = null, threadId = null } = input;
  const channel = roomChannel(roomId);
  const store = async (tx: Tx): Promise<Result<Message>> => {
    const refusal = await mayPost(d, ctx, tx, roomId);
    if (refusal) return refusal;
    if (replyTo !== null || threadId !== null) {
      const before = await sentBefore(d, ctx, tx, input);
      if (before) return before;
      for (const id of [replyTo, threadId])
        if (id !== null && !(await tx.get(findInRoom, { id, roomId }))) return fail(MessageNotFound);
    }
    const body = { kind: 'text', text: input.text } as const;
    const stored = await storeMessage(d, tx, ctx.actor, { roomId, clientId, body, replyTo, threadId });
    if (stored) {
      ctx.journalled(stored.event);
      return ok(stored.message);
    }
    const before = await sentBefore(d, ctx, tx, input);
    if (!before) throw new Error('A message was neither stored nor found');
    return before;
  };
  return ctx.write(store, { lane: channel });
}
