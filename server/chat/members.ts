import {
  DirectRoomFixed,
  LastOwner,
  MemberNotFound,
  NotRoomOwner,
  RoomNotFound,
  UserNotFound,
} from '@shared/chat/errors.ts';
import type { Room, RoomMember } from '@shared/chat/schema.ts';
import type { Actor } from '@shared/kernel/actor.ts';
import { fail, Forbidden } from '@shared/kernel/errors.ts';
import type { RoomId, UserId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context, Journalled } from '../modules/context.ts';
import { userActor } from '../modules/identity.ts';
import type { Tx } from '../platform/db/db.ts';
import { joinedRoom, openRoom, personOf, roomToRead, roomToUse } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { enter, exit } from './membership.ts';
import { roomAs } from './room-view.ts';
import { findDefault, findJoined, findMember, findOtherOwner, listMembers, type RoomRow } from './store.ts';

type Nothing = Record<string, never>;
interface InRoom {
  roomId: RoomId;
}
interface WithPerson extends InRoom {
  userId: UserId;
}

export async function members(d: ChatDeps, ctx: Context, { roomId }: InRoom): Promise<Result<RoomMember[]>> {
  const room = await roomToRead(d, d.db.read, ctx, roomId);
  return room.ok ? ok(await d.db.read.all(listMembers, { roomId })) : room;
}

/** Whoever comes first into an empty room owns it, so that each room with people in it has an owner. */
const roleIn = (room: RoomRow) => (room.members === 0 ? 'owner' : 'member');

export function joinRoom(d: ChatDeps, ctx: Context, { roomId }: InRoom): Promise<Result<Room>> {
  return ctx.write<Room>(async (tx) => {
    await d.derived.catchUp(tx);
    const joined = await joinedRoom(d, tx, ctx, roomId);
    if (joined) return ok(roomAs(joined, joined));
    const room = await openRoom(d, tx, ctx, roomId);
    if (!room) return fail(RoomNotFound);
    const userId = personOf(ctx);
    if (userId === undefined) return fail(Forbidden);
    const role = roleIn(room);
    ctx.journalled(await enter(d, tx, room, [{ userId, role }], ctx.actor));
    return ok(roomAs(room, { role, readPosition: room.head }));
  });
}

export function addMember(d: ChatDeps, ctx: Context, { roomId, userId }: WithPerson): Promise<Result<RoomMember>> {
  return ctx.write<RoomMember>(async (tx) => {
    await d.derived.catchUp(tx);
    const room = await roomToUse(d, tx, ctx, roomId);
    if (!room.ok) return room;
    if (room.data.kind === 'direct') return fail(DirectRoomFixed);
    if (room.data.kind === 'private' && room.data.role !== 'owner') return fail(NotRoomOwner);
    const known = await tx.get(findMember, { roomId, userId });
    if (known) return ok(known);
    if (!(await d.people.active(tx, [userId])).includes(userId)) return fail(UserNotFound);
    ctx.journalled(await enter(d, tx, room.data, [{ userId, role: 'member' }], ctx.actor));
    const added = await tx.get(findMember, { roomId, userId });
    if (!added) throw new Error('A person who was just added is not in the room');
    return ok(added);
  });
}

/** A room whose last owner went would have nobody left to care for it, so the others go first. */
async function takeOut(
  d: ChatDeps,
  tx: Tx,
  room: RoomRow,
  member: Pick<RoomMember, 'userId' | 'role'>,
  actor: Actor,
): Promise<Result<Journalled>> {
  const { userId, role } = member;
  if (role === 'owner' && room.members > 1 && !(await tx.get(findOtherOwner, { roomId: room.id, userId })))
    return fail(LastOwner);
  return ok(await exit(d, tx, room, userId, actor));
}

export function leaveRoom(d: ChatDeps, ctx: Context, { roomId }: InRoom): Promise<Result<Nothing>> {
  return ctx.write<Nothing>(async (tx) => {
    const room = await roomToUse(d, tx, ctx, roomId);
    if (!room.ok) return room;
    if (room.data.kind === 'direct') return fail(DirectRoomFixed);
    const out = await takeOut(d, tx, room.data, room.data, ctx.actor);
    if (!out.ok) return out;
    ctx.journalled(out.data);
    return ok();
  });
}

export function removeMember(d: ChatDeps, ctx: Context, { roomId, userId }: WithPerson): Promise<Result<Nothing>> {
  return ctx.write<Nothing>(async (tx) => {
    const room = await roomToUse(d, tx, ctx, roomId);
    if (!room.ok) return room;
    if (room.data.kind === 'direct') return fail(DirectRoomFixed);
    if (room.data.role !== 'owner') return fail(NotRoomOwner);
    const member = await tx.get(findMember, { roomId, userId });
    if (!member) return fail(MemberNotFound);
    const out = await takeOut(d, tx, room.data, member, ctx.actor);
    if (!out.ok) return out;
    ctx.journalled(out.data);
    return ok();
  });
}

/** Puts a new person into the team's default room, in the transaction that makes them. */
export async function welcomePerson(d: ChatDeps, tx: Tx, userId: string): Promise<void> {
  await d.derived.catchUp(tx);
  const room = await tx.get(findDefault);
  if (!room || (await tx.get(findJoined, { roomId: room.id, userId }))) return;
  await enter(d, tx, room, [{ userId: userId as UserId, role: roleIn(room) }], userActor(userId));
}
