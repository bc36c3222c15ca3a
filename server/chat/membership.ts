import type { RoomMember, RoomRole } from '@shared/chat/schema.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import type { Journalled } from '../modules/context.ts';
import type { Tx } from '../platform/db/db.ts';
import type { ChatDeps } from './deps.ts';
import { emit, roomChannel, userChannel } from './events.ts';
import { archiveRoom, countMembers, deleteMember, insertMember, type RoomRow } from './store.ts';
import { roomAs } from './room-view.ts';

/**
 * Puts people into a room who are not in it. What was said before counts as read. Answers with the cursor of the last
 * `member_added`.
 */
export async function enter(
  { hub, clock }: ChatDeps,
  tx: Tx,
  room: RoomRow,
  people: readonly { userId: UserId; role: RoomRole }[],
  actor: Actor,
): Promise<Journalled> {
  const channel = roomChannel(room.id);
  const joinedAt = clock.now();
  const readPosition = room.head;
  for (const { userId, role } of people)
    await tx.run(insertMember, { roomId: room.id, userId, role, joinedAt, readPosition });
  await tx.run(countMembers, { roomId: room.id, by: people.length });
  // Effects run in order: each of them receives the room's events from this one on.
  tx.afterCommit(() => {
    for (const { userId } of people) hub.subscribeUser(userId, channel);
  });
  for (const { userId, role } of people)
    await emit(hub, tx, userChannel(userId), 'room_added', roomAs(room, { role, readPosition }), actor);
  let event: Journalled | undefined;
  for (const { userId, role } of people) {
    const member: RoomMember = { userId, role, joinedAt };
    event = await emit(hub, tx, channel, 'member_added', { roomId: room.id, ...member }, actor);
  }
  if (!event) throw new Error('Nobody was to enter the room');
  return event;
}

/** Takes a person out of a room they are in. A private room without people is archived. */
export async function exit(
  { hub, clock, memberships }: ChatDeps,
  tx: Tx,
  room: RoomRow,
  userId: UserId,
  actor: Actor,
): Promise<Journalled> {
  const channel = roomChannel(room.id);
  await tx.run(deleteMember, { roomId: room.id, userId });
  memberships.forget(tx, room.id, userId);
  await tx.run(countMembers, { roomId: room.id, by: -1 });
  if (room.kind === 'private' && room.members === 1) await tx.run(archiveRoom, { roomId: room.id, at: clock.now() });
  // Before the event goes out: who was removed receives nothing further of the room.
  tx.afterCommit(() => hub.unsubscribeUser(userId, channel));
  const event = await emit(hub, tx, channel, 'member_removed', { roomId: room.id, userId }, actor);
  await emit(hub, tx, userChannel(userId), 'room_removed', { roomId: room.id }, actor);
  return event;
}
