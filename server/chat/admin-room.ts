import { systemActor } from '@shared/kernel/actor.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Tx } from '../platform/db/db.ts';
import type { ChatDeps } from './deps.ts';
import { enter } from './membership.ts';
import { storeMessage } from './messages.ts';
import { makeRoom } from './rooms.ts';
import { findByPurpose, listMembers } from './store.ts';

/** The same word in German and in English. */
const NAME = 'Administration';

/** The admins' room with all of them in it, made when there is none; undefined before there are admins. */
async function adminRoom(d: ChatDeps, tx: Tx): Promise<RoomId | undefined> {
  const people = (await d.people.admins(tx)).map((userId) => ({ userId, role: 'owner' as const }));
  if (people.length === 0) return undefined;
  await d.derived.catchUp(tx);
  const room = await tx.get(findByPurpose, { purpose: 'admins' });
  if (!room) {
    const made = { kind: 'private', name: NAME, topic: '', people: null, isDefault: false, purpose: 'admins' } as const;
    return (await makeRoom(d, tx, made, people, systemActor)).room.id;
  }
  const inside = new Set((await tx.all(listMembers, { roomId: room.id })).map(({ userId }) => userId));
  const missing = people.filter(({ userId }) => !inside.has(userId));
  if (missing.length > 0) await enter(d, tx, room, missing, systemActor);
  return room.id;
}

/** Tells all admins at once: a system message in a private room of theirs. */
export async function notifyAdmins(d: ChatDeps, code: string, params: Record<string, unknown>): Promise<void> {
  await d.db.write(async (tx) => {
    const roomId = await adminRoom(d, tx);
    if (roomId === undefined) return;
    const body = { kind: 'system', code, params } as const;
    await storeMessage(d, tx, systemActor, {
      roomId,
      clientId: d.ids.next('sys'),
      body,
      replyTo: null,
      threadId: null,
    });
  });
}
