import type { RoomId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { roomToUse } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { emit, userChannel } from './events.ts';
import { moveRead } from './store.ts';

interface ReadState {
  position: number;
  unread: number;
}

/** Reading only ever goes on, and never past the last message. */
export function markRead(
  d: ChatDeps,
  ctx: Context,
  input: { roomId: RoomId; position: number },
): Promise<Result<ReadState>> {
  return ctx.write<ReadState>(async (tx) => {
    const { roomId } = input;
    await d.derived.catchUp(tx);
    const room = await roomToUse(d, tx, ctx, roomId);
    if (!room.ok) return room;
    const { head, readPosition } = room.data;
    const position = Math.max(readPosition, Math.min(input.position, head));
    if (position > readPosition) {
      const userId = room.data.userId;
      await tx.run(moveRead, { roomId, userId, position });
      ctx.journalled(await emit(d.hub, tx, userChannel(userId), 'read_moved', { roomId, position }, ctx.actor));
    }
    return ok({ position, unread: head - position });
  });
}
