import { TooManyPeople, UserNotFound } from '@shared/chat/errors.ts';
import type { Room } from '@shared/chat/schema.ts';
import { fail, Forbidden } from '@shared/kernel/errors.ts';
import type { UserId } from '@shared/kernel/ids.ts';
import { ok, type Result } from '@shared/kernel/result.ts';
import type { Context } from '../modules/context.ts';
import { personOf } from './access.ts';
import type { ChatDeps } from './deps.ts';
import { roomAs } from './room-view.ts';
import { makeRoom } from './rooms.ts';
import { findDirect } from './store.ts';

/** People of one direct conversation at most, the caller included. */
const MOST_PEOPLE = 8;

/**
 * The set of people is the room's key: looked up and inserted in one write, and unique in the database. Nobody else
 * than the caller makes a direct room of one: their own notes.
 */
export function openDirect(
  d: ChatDeps,
  ctx: Context,
  { userIds }: { userIds: readonly UserId[] },
): Promise<Result<Room>> {
  return ctx.write<Room>(async (tx) => {
    const me = personOf(ctx);
    if (me === undefined) return fail(Forbidden);
    const people = [...new Set([me, ...userIds])].toSorted();
    if (people.length > MOST_PEOPLE) return fail(TooManyPeople);
    const active = new Set(await d.people.active(tx, people));
    if (!people.every((userId) => active.has(userId))) return fail(UserNotFound);
    const key = people.join(',');
    await d.derived.catchUp(tx);
    const known = await tx.get(findDirect, { people: key, userId: me });
    if (known) return ok(roomAs(known, known));
    const made = { kind: 'direct', name: '', topic: '', people: key, isDefault: false } as const;
    const { room, event } = await makeRoom(
      d,
      tx,
      made,
      people.map((userId) => ({ userId, role: 'member' })),
      ctx.actor,
    );
    ctx.journalled(event);
    return ok(roomAs(room, { role: 'member', readPosition: 0 }));
  });
}
