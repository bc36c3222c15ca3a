import { RoomNotFound } from '@shared/chat/errors.ts';
import { fail, Forbidden } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { reaches } from '../modules/identity.ts';
import type { Reader } from '../platform/db/db.ts';
import type { ChatDeps } from './deps.ts';
import { joinedWithRecent, withRecent } from './derived/derived.ts';
import { findJoined, findPublic, type JoinedRow, type RoomRow } from './store.ts';

/**
 * The person whose rights count: who acts, or whom a module acts for. None when a module or the machine acts for itself,
 * for only people are in rooms.
 */
export const personOf = ({ identity }: Context): UserId | undefined => identity?.userId as UserId | undefined;

/** Whether a module acts that nobody called: it goes where everybody of the team could. */
export const isModuleItself = ({ actor, identity }: Context): boolean => actor.kind === 'module' && !identity;

/** A room through the actor's membership. */
export async function joinedRoom(
  { derived }: ChatDeps,
  reader: Reader,
  ctx: Context,
  roomId: string,
): Promise<JoinedRow | undefined> {
  const userId = personOf(ctx);
  if (userId === undefined) return undefined;
  const { recent } = derived;
  const row = await reader.get(findJoined, { roomId, userId });
  return row && joinedWithRecent(row, userId, recent);
}

/** A public room, for those who may look around. Guests see the rooms they are in and no others. */
export async function openRoom(
  { derived }: ChatDeps,
  reader: Reader,
  ctx: Context,
  roomId: string,
): Promise<RoomRow | undefined> {
  if (ctx.role === 'public' || !reaches(ctx.role, 'member')) return undefined;
  const { recent } = derived;
  const row = await reader.get(findPublic, { roomId });
  return row && withRecent(row, recent);
}

/** For what only members may: a room that the actor cannot see is not found, one that they see is forbidden. */
export async function roomToUse(d: ChatDeps, reader: Reader, ctx: Context, roomId: string): Promise<Result<JoinedRow>> {
  const joined = await joinedRoom(d, reader, ctx, roomId);
  if (joined) return ok(joined);
  return fail((await openRoom(d, reader, ctx, roomId)) ? Forbidden : RoomNotFound);
}

/** For posting: what members may, and public rooms for a module that acts for itself. */
export async function roomToPostIn(
  d: ChatDeps,
  reader: Reader,
  ctx: Context,
  roomId: string,
): Promise<Result<RoomRow>> {
  if (!isModuleItself(ctx)) return roomToUse(d, reader, ctx, roomId);
  const room = await openRoom(d, reader, ctx, roomId);
  return room ? ok(room) : fail(RoomNotFound);
}

/** For reading: the rooms that the actor is in, and public ones. */
export async function roomToRead(d: ChatDeps, reader: Reader, ctx: Context, roomId: string): Promise<Result<RoomRow>> {
  const room = (await joinedRoom(d, reader, ctx, roomId)) ?? (await openRoom(d, reader, ctx, roomId));
  return room ? ok(room) : fail(RoomNotFound);
}
