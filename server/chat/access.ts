import { RoomNotFound } from '@shared/chat/errors.ts';
import { fail, Forbidden } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { reaches } from '../modules/identity.ts';
import type { Reader } from '../platform/db/db.ts';
import { findJoined, findPublic, type JoinedRow, type RoomRow } from './store.ts';

/** The person who acts; none when a module or the machine itself does, for only people are in rooms. */
export const personOf = ({ actor }: Context): UserId | undefined =>
  actor.kind === 'user' ? (actor.id as UserId) : undefined;

/** A room through the actor's membership. */
export async function joinedRoom(reader: Reader, ctx: Context, roomId: string): Promise<JoinedRow | undefined> {
  const userId = personOf(ctx);
  return userId === undefined ? undefined : reader.get(findJoined, { roomId, userId });
}

/** A public room, for those who may look around. Guests see the rooms they are in and no others. */
export async function openRoom(reader: Reader, ctx: Context, roomId: string): Promise<RoomRow | undefined> {
  return ctx.role !== 'public' && reaches(ctx.role, 'member') ? reader.get(findPublic, { roomId }) : undefined;
}

/** For what only members may: a room that the actor cannot see is not found, one that they see is forbidden. */
export async function roomToUse(reader: Reader, ctx: Context, roomId: string): Promise<Result<JoinedRow>> {
  const joined = await joinedRoom(reader, ctx, roomId);
  if (joined) return ok(joined);
  return fail((await openRoom(reader, ctx, roomId)) ? Forbidden : RoomNotFound);
}

/** For reading: the rooms that the actor is in, and public ones. */
export async function roomToRead(reader: Reader, ctx: Context, roomId: string): Promise<Result<RoomRow>> {
  const room = (await joinedRoom(reader, ctx, roomId)) ?? (await openRoom(reader, ctx, roomId));
  return room ? ok(room) : fail(RoomNotFound);
}
