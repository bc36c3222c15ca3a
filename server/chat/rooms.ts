import type { OpenRoom, Room, RoomKind, RoomRole } from '@shared/chat/schema.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import { fail, Forbidden } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context, Journalled } from '../modules/context.ts';
import { userActor } from '../modules/identity.ts';
import type { Tx } from '../platform/db/db.ts';
import { isModuleItself, personOf } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { emit, GLOBAL } from './events.ts';
import { byActivity, joinedWithRecent, withRecent } from './derived/derived.ts';
import { enter } from './membership.ts';
import { roomAs } from './room-view.ts';
import { insertRoom, listJoined, listOpen, listPublic, moveHead, type RoomRow } from './store.ts';

/** A module that acts for itself is in no room; it is told those that it may post into, where nothing is unread to it. */
export async function listRooms({ db, derived }: ChatDeps, ctx: Context): Promise<Result<Room[]>> {
  if (isModuleItself(ctx)) {
    const { recent } = derived;
    const open = (await db.read.all(listPublic)).map((row) => withRecent(row, recent)).sort(byActivity);
    return ok(open.map((row) => roomAs(row, { role: 'member', readPosition: row.head })));
  }
  const userId = personOf(ctx) ?? '';
  const { recent } = derived;
  const rows = await db.read.all(listJoined, { userId });
  const current = rows.map((row) => joinedWithRecent(row, userId, recent)).sort(byActivity);
  return ok(current.map((row) => roomAs(row, row)));
}

export const browseRooms = async ({ db }: ChatDeps, ctx: Context): Promise<Result<OpenRoom[]>> =>
  ok(await db.read.all(listOpen, { userId: personOf(ctx) ?? '' }));

interface NewRoom {
  kind: RoomKind;
  name: string;
  topic: string;
  /** Of a direct room. */
  people: string | null;
  isDefault: boolean;
  /** Of a room that Hearth itself makes. */
  purpose?: 'admins';
}

/** Makes a room with its first people in it. Answers with the cursor of the last `member_added`. */
export async function makeRoom(
  d: ChatDeps,
  tx: Tx,
  made: NewRoom,
  people: readonly { userId: UserId; role: RoomRole }[],
  actor: Actor,
): Promise<{ room: RoomRow; event: Journalled }> {
  const { isDefault, purpose = null, ...rest } = made;
  const room: RoomRow = { id: d.ids.next('room'), ...rest, head: 0, activity: 0, members: 0, createdAt: d.clock.now() };
  await tx.run(insertRoom, { ...room, isDefault, purpose });
  const event = await enter(d, tx, room, people, actor);
  await tx.run(moveHead, { roomId: room.id, head: 0, activity: event.seq });
  if (room.kind === 'public')
    await emit(d.hub, tx, GLOBAL, 'room_created', { id: room.id, kind: room.kind, name: room.name }, actor);
  return { room, event };
}

export function createRoom(
  d: ChatDeps,
  ctx: Context,
  { name, kind, topic = '' }: { name: string; kind: 'public' | 'private'; topic?: string | undefined },
): Promise<Result<Room>> {
  return ctx.write<Room>(async (tx) => {
    const userId = personOf(ctx);
    if (userId === undefined) return fail(Forbidden);
    const made = { kind, name, topic, people: null, isDefault: false };
    const { room, event } = await makeRoom(d, tx, made, [{ userId, role: 'owner' }], ctx.actor);
    ctx.journalled(event);
    return ok(roomAs(room, { role: 'owner', readPosition: 0 }));
  });
}

/** The team's default room, made with the team itself. */
export async function foundRoom(d: ChatDeps, tx: Tx, userId: string, name: string): Promise<void> {
  const made = { kind: 'public', name, topic: '', people: null, isDefault: true } as const;
  await makeRoom(d, tx, made, [{ userId: userId as UserId, role: 'owner' }], userActor(userId));
}
