import { ClientIdReused, MessageNotFound } from '@shared/chat/errors.ts';
import type { Message, MessageBody, PostMessageInput } from '@shared/chat/schema.ts';
import { fail } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { roomToUse } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { emit, roomChannel } from './events.ts';
import { findInRoom, findSent, insertMessage, type MessageRow, moveHead, moveRead } from './store.ts';

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

export function postMessage(d: ChatDeps, ctx: Context, input: PostMessageInput): Promise<Result<Message>> {
  return ctx.write<Message>(async (tx) => {
    const { roomId, clientId, replyTo = null, threadId = null } = input;
    const room = await roomToUse(tx, ctx, roomId);
    if (!room.ok) return room;
    const channel = roomChannel(roomId);
    const author = ctx.actor;

    const sent = await tx.get(findSent, { authorKind: author.kind, authorId: author.id, clientId });
    if (sent) {
      if (!isRepeat(sent, input)) return fail(ClientIdReused);
      ctx.journalled({ channel, seq: sent.seq, offset: sent.offset, epoch: d.hub.journal.epoch });
      return ok(messageOf(sent));
    }

    for (const id of [replyTo, threadId])
      if (id !== null && !(await tx.get(findInRoom, { id, roomId }))) return fail(MessageNotFound);

    const position = room.data.head + 1;
    const id = d.ids.next('msg');
    const body: MessageBody = { kind: 'text', text: input.text };
    const createdAt = d.clock.now();
    const message: Message = {
      id,
      roomId,
      clientId,
      author,
      position,
      body,
      attachments: [],
      replyTo,
      threadId,
      createdAt,
      editedAt: null,
      deletedAt: null,
    };
    const event = await emit(d.hub, tx, channel, 'chat_message', message, author);
    await tx.run(insertMessage, {
      id,
      roomId,
      position,
      authorKind: author.kind,
      authorId: author.id,
      clientId,
      body,
      replyTo,
      threadId,
      createdAt,
      seq: event.seq,
      offset: event.offset,
    });
    await tx.run(moveHead, { roomId, head: position, activity: event.seq });
    await tx.run(moveRead, { roomId, userId: author.id, position });
    ctx.journalled(event);
    return ok(message);
  });
}
