import type { UserId } from '@shared/kernel/ids.ts';
import type { ChatDeps } from './deps.ts';
import { roomChannel, signalOthers } from './events.ts';
import { listRoomIds } from './store.ts';

/** Rooms with more people than this are not told who comes and goes: the team's presence tells it once for all. */
export const SMALL_ROOM = 100;

/** Tells the small rooms of a person that they came online or went. */
export async function announce(
  { db, hub }: ChatDeps,
  userId: string,
  event: 'user_join' | 'user_leave',
): Promise<void> {
  for (const { id } of await db.read.all(listRoomIds, { userId, members: SMALL_ROOM }))
    signalOthers(hub, roomChannel(id), userId, event, { roomId: id, userId: userId as UserId });
}
