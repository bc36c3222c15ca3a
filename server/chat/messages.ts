import { ClientIdReused, MessageNotFound } from '@shared/chat/errors.ts';
import type { Message, MessageBody, PostMessageInput } from '@shared/chat/schema.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import { fail } from '@shared/kernel/errors.ts';
import type { MessageId, RoomId } from '@shared/kernel/ids.ts';
import { type Awaitable, type Err, ok, onward, type Result } from '@shared/kernel/result.ts';
import type { Context, Journalled } from '../modules/context.ts';
import type { Tx } from '../platform/db/db.ts';
import { personOf, roomToPostIn } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { roomChannel } from './events.ts';
import type { Place } from './positions.ts';
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
function mayPost(d: ChatDeps, ctx: Context, tx: Tx, roomId: string): Awaitable<Err | undefined> {
  const userId = personOf(ctx);
  if (userId !== undefined && d.memberships.holds(roomId, userId)) return undefined;
  return onward(roomToPostIn(d, tx, ctx, roomId), (room) => {
    if (!room.ok) return room;
    if (userId !== undefined) d.memberships.remember(tx, roomId, userId);
    return undefined;
  });
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
export function storeMessage(
  d: ChatDeps,
  tx: Tx,
  author: Actor,
  given: NewMessage,
): Awaitable<{ message: Message; event: Journalled } | undefined> {
  const { journal } = d.hub;
  const at = (event: Journalled, { position, release }: Place) => {
    const row: MessageRow = {
      seq: event.seq,
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
      offset: event.offset,
    };
    return onward(tx.run(insertMessage, row), (stored) => {
      if (stored === 0) {
        release();
        journal.release(event);
        return undefined;
      }
      const message = messageOf(row);
      d.derived.stored(tx, row);
      return onward(journal.append(tx, event, 'chat_message', message, author), () => ({ message, event }));
    });
  };
  return onward(journal.reserve(tx, roomChannel(given.roomId)), (event) =>
    onward(d.positions.next(tx, given.roomId), (place) => at(event, place)),
  );
}

/** A message that was sent before needs no other look; otherwise what it refers to has to be in its room. */
async function lookedUp(
  d: ChatDeps,
  ctx: Context,
  tx: Tx,
  input: PostMessageInput,
): Promise<Result<Message> | undefined> {
  const before = await sentBefore(d, ctx, tx, input);
  if (before) return before;
  const { roomId } = input;
  for (const id of [input.replyTo, input.threadId])
    if (id !== undefined && !(await tx.get(findInRoom, { id, roomId }))) return fail(MessageNotFound);
  return undefined;
}

/** Happens most of all by far: where everything is in memory, it goes through without a promise. */
export function postMessage(d: ChatDeps, ctx: Context, input: PostMessageInput): Promise<Result<Message>> {
  const { roomId, clientId, replyTo = null, threadId = null } = input;
  const channel = roomChannel(roomId);
  const store = (tx: Tx): Awaitable<Result<Message>> => {
    const body = { kind: 'text', text: input.text } as const;
    return onward(storeMessage(d, tx, ctx.actor, { roomId, clientId, body, replyTo, threadId }), (stored) => {
      if (stored) {
        ctx.journalled(stored.event);
        return ok(stored.message);
      }
      return onward(sentBefore(d, ctx, tx, input), (before) => {
        if (!before) throw new Error('A message was neither stored nor found');
        return before;
      });
    });
  };
  const refers = replyTo !== null || threadId !== null;
  return ctx.write<Message>(
    (tx) =>
      onward(mayPost(d, ctx, tx, roomId), (refusal) => {
        if (refusal) return refusal;
        return refers ? onward(lookedUp(d, ctx, tx, input), (answer) => answer ?? store(tx)) : store(tx);
      }),
    { lane: channel },
  );
}
