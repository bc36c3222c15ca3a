import type { RoomId } from '@shared/kernel/ids.ts';
import { openChat, type TestChat } from './chat.ts';

export interface House {
  t: TestChat;
  rooms: Record<'open' | 'closed' | 'direct', RoomId>;
}

/**
 * ann owns both rooms, ben is a member of both, cal (a guest) too; ann and ben have a direct conversation.
 * dan (member), ada (admin) and gus (guest) are in none of them; rex was in both rooms and was removed.
 */
export async function openHouse(): Promise<House> {
  const t = await openChat({
    ann: 'member',
    ben: 'member',
    cal: 'guest',
    dan: 'member',
    ada: 'admin',
    gus: 'guest',
    rex: 'member',
  });
  const open = await t.must('ann', 'createRoom', { name: 'Open', kind: 'public' });
  const closed = await t.must('ann', 'createRoom', { name: 'Closed', kind: 'private' });
  for (const { id: roomId } of [open, closed]) {
    for (const name of ['ben', 'cal', 'rex']) await t.must('ann', 'addMember', { roomId, userId: t.id(name) });
    await t.must('ann', 'removeMember', { roomId, userId: t.id('rex') });
  }
  const direct = await t.must('ann', 'openDirect', { userIds: [t.id('ben')] });
  t.frames();
  return { t, rooms: { open: open.id, closed: closed.id, direct: direct.id } };
}

/** A room id that no room has. */
export const noRoom: RoomId = `room_${'0'.repeat(26)}`;
