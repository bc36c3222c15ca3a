import { RoomNotFound } from '@shared/chat/errors.ts';
import { Message, PostMessageInput } from '@shared/chat/schema.ts';
import { contract, fn } from '@shared/kernel/contract.ts';
import { fail } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import type { Hub } from '../../hub/hub.ts';
import { implement, type ServerModule } from '../../modules/module.ts';
import { systemClock } from '../../platform/clock.ts';
import { createIds } from '../../platform/ids.ts';

const definitions = contract('storeless', {
  post: fn({
    access: 'guest',
    effect: 'write',
    summary: 'What chat.postMessage does, without storing it.',
    input: PostMessageInput,
    output: Message,
    errors: [RoomNotFound],
    event: 'instant_message',
    channelField: 'roomId',
    keyField: 'clientId',
    pipelined: true,
  }),
});

/** Who is in which rooms, and the hub once it is there. */
export interface StorelessDeps {
  rooms: ReadonlyMap<string, readonly string[]>;
  hub: () => Hub;
}

/** The yardstick of the ingest: Hearth's own way from the frame to the ack, with the write replaced by its success. */
export function storelessModule({ rooms, hub }: StorelessDeps): ServerModule<typeof definitions> {
  const ids = createIds(systemClock);
  const heads = new Map<string, number>();
  let seq = 0;
  return implement(
    definitions,
    {
      async post(ctx, { roomId, clientId, text }) {
        if (!rooms.get(ctx.actor.id)?.includes(roomId)) return fail(RoomNotFound);
        const channel = `instant:${roomId}`;
        const position = (heads.get(roomId) ?? 0) + 1;
        heads.set(roomId, position);
        const message: Message = {
          id: ids.next('msg'),
          roomId,
          clientId,
          author: ctx.actor,
          position,
          body: { kind: 'text', text },
          attachments: [],
          replyTo: null,
          threadId: null,
          createdAt: systemClock.now(),
          editedAt: null,
          deletedAt: null,
        };
        hub().publish(channel, 'instant_message', message);
        ctx.journalled({ channel, seq: ++seq, offset: position, epoch: hub().journal.epoch });
        return ok(message);
      },
    },
    {
      channels: [{ prefix: 'instant', kind: 'ephemeral', maySubscribe: () => true }],
      subscriptions: ({ userId }) => (rooms.get(userId) ?? []).map((room) => `instant:${room}`),
    },
  );
}
