import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { invites, team, users } from './tables.ts';

const p = sql.placeholder;

export type UserRow = typeof users.$inferSelect;
export type InviteRow = typeof invites.$inferSelect;

export const findTeam = query((db) => db.select({ name: team.name }).from(team).prepare());

export const insertTeam = query((db) =>
  db
    .insert(team)
    .values({ id: 1, name: p('name'), createdAt: p('createdAt') })
    .prepare(),
);

export const insertUser = query((db) =>
  db
    .insert(users)
    .values({
      id: p('id'),
      name: p('name'),
      email: p('email'),
      role: p('role'),
      locale: p('locale'),
      active: true,
      createdAt: p('createdAt'),
    })
    .prepare(),
);

export const findUser = query((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.id, p('id')))
    .prepare(),
);

export const findUserByEmail = query((db) =>
  db
    .select()
    .from(users)
    .where(eq(users.email, p('email')))
    .prepare(),
);

export const listUsers = query((db) => db.select().from(users).orderBy(asc(users.createdAt), asc(users.id)).prepare());

export const activeAdmins = query((db) =>
  db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.role, 'admin'), eq(users.active, true)))
    .orderBy(asc(users.createdAt), asc(users.id))
    .prepare(),
);

/** `ids` is a JSON array: a prepared statement has no list of varying length. */
export const activeUsers = query((db) =>
  db
    .select({ id: users.id })
    .from(users)
    .where(and(inArray(users.id, sql`(SELECT value FROM json_each(${p('ids')}))`), eq(users.active, true)))
    .prepare(),
);

export const changeUser = query((db) =>
  db
    .update(users)
    .set({ name: sql`${p('name')}`, locale: sql`${p('locale')}` })
    .where(eq(users.id, p('id')))
    .prepare(),
);

export const insertInvite = query((db) =>
  db
    .insert(invites)
    .values({
      code: p('code'),
      role: p('role'),
      createdBy: p('createdBy'),
      createdAt: p('createdAt'),
      expiresAt: p('expiresAt'),
      maxUses: p('maxUses'),
      uses: 0,
    })
    .prepare(),
);

const stillGood = and(
  isNull(invites.revokedAt),
  gt(invites.expiresAt, p('now')),
  or(isNull(invites.maxUses), lt(invites.uses, invites.maxUses)),
);

export const listGoodInvites = query((db) =>
  db.select().from(invites).where(stillGood).orderBy(desc(invites.createdAt), asc(invites.code)).prepare(),
);

export const findGoodInvite = query((db) =>
  db
    .select()
    .from(invites)
    .where(and(eq(invites.code, p('code')), stillGood))
    .prepare(),
);

/** Uses an invitation once and answers with it; no row when it is not good any more. */
export const claimInvite = query((db) =>
  db
    .update(invites)
    .set({ uses: sql`${invites.uses} + 1` })
    .where(and(eq(invites.code, p('code')), stillGood))
    .returning()
    .prepare(),
);

/** No row when there is nothing left to revoke. */
export const revokeGoodInvite = query((db) =>
  db
    .update(invites)
    .set({ revokedAt: sql`${p('now')}` })
    .where(and(eq(invites.code, p('code')), stillGood))
    .returning({ code: invites.code })
    .prepare(),
);
