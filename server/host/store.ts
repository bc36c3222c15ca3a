import { eq, sql } from 'drizzle-orm';
import { query } from '../platform/db/db.ts';
import { modules } from './tables.ts';

const p = sql.placeholder;

export type ModuleRow = typeof modules.$inferSelect;

export const listModules = query((db) => db.select().from(modules).prepare());

export const findModule = query((db) =>
  db
    .select()
    .from(modules)
    .where(eq(modules.id, p('id')))
    .prepare(),
);

export const storeModule = query((db) =>
  db
    .insert(modules)
    .values({
      id: p('id'),
      enabled: p('enabled'),
      granted: p('granted'),
      settings: p('settings'),
      database: p('database'),
      changedAt: p('changedAt'),
    })
    .onConflictDoUpdate({
      target: modules.id,
      set: {
        enabled: sql`excluded.enabled`,
        granted: sql`excluded.granted`,
        settings: sql`excluded.settings`,
        database: sql`excluded.database`,
        changedAt: sql`excluded.changed_at`,
      },
    })
    .prepare(),
);
