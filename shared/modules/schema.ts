import { z } from 'zod';
import { Timestamp } from '../kernel/ids.ts';

/** A module's id is the name of its folder and part of its addresses. */
export const ModuleId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, beginning with a letter');
export type ModuleId = z.infer<typeof ModuleId>;

/** `<module>:<read|write>`, as each contract function states it. */
export const Scope = z.string().regex(/^[a-z][a-zA-Z0-9-]{0,39}:(?:read|write)$/);
export type Scope = z.infer<typeof Scope>;

export const ModuleState = z.enum(['loading', 'active', 'disabled', 'failed', 'retrying', 'migrating']);
export type ModuleState = z.infer<typeof ModuleState>;

/** A command of a module, as the composer offers it: `/<name> <usage>`. */
export const ModuleCommand = z.object({ name: z.string(), description: z.string(), usage: z.string() });
export type ModuleCommand = z.infer<typeof ModuleCommand>;

/** A dashboard tile: a stream of the module whose events are its readings. */
export const ModuleTile = z.object({ title: z.string(), stream: z.string() });
export type ModuleTile = z.infer<typeof ModuleTile>;

/** A reading of a dashboard tile. */
export const TileReading = z.object({
  value: z.union([z.number(), z.string()]),
  unit: z.string().max(20).optional(),
  detail: z.string().max(200).optional(),
  /** Full scale of a number that has one: then a meter is shown. */
  maximum: z.number().positive().optional(),
});
export type TileReading = z.infer<typeof TileReading>;

/** What everybody sees of a module that runs, and admins of every module. */
export const ModuleInfo = z.object({
  id: ModuleId,
  title: z.string(),
  description: z.string(),
  version: z.string(),
  enabled: z.boolean(),
  state: ModuleState,
  /** Comes with Hearth; its files are not the user's. */
  shipped: z.boolean(),
  hasPage: z.boolean(),
  tile: ModuleTile.nullable(),
  commands: z.array(ModuleCommand),
  /** For admins; null for others. */
  admin: z
    .object({
      /** Why it is in its state, or why the newest version did not load. English, from the module or its process. */
      reason: z.string().nullable(),
      permissions: z.array(z.object({ scope: Scope, granted: z.boolean() })),
      hasSettings: z.boolean(),
      /** Runs in the server's own process. */
      trusted: z.boolean(),
      instances: z.array(
        z.object({
          pid: z.number().int(),
          startedAt: Timestamp,
          memory: z.number().int().nullable(),
          running: z.number().int(),
        }),
      ),
      changedAt: Timestamp,
    })
    .nullable(),
});
export type ModuleInfo = z.infer<typeof ModuleInfo>;

export const LogLine = z.object({
  at: Timestamp,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  /** `host` lines are Hearth's own: states, crashes, reloads. */
  source: z.enum(['host', 'module']),
  text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** What a settings form shows: the schema of the module's settings as JSON Schema, and their values. */
export const ModuleSettings = z.object({
  /** Properties with `x-secret: true` are write-only: their values stand in `secrets` as set or not. */
  schema: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.unknown()),
  /** Secret fields: whether something is stored. `unreadable`: it was sealed with keys that are gone, enter it again. */
  secrets: z.record(z.string(), z.enum(['set', 'empty', 'unreadable'])),
});
export type ModuleSettings = z.infer<typeof ModuleSettings>;
