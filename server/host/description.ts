import { z } from 'zod';
import { name as shownName } from '@shared/kernel/text.ts';
import { ModuleId, Scope } from '@shared/modules/schema.ts';

const Name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,63}$/);
const CommandName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
const JsonSchema = z.record(z.string(), z.unknown());
/** Everybody who lists modules, and the API page, is told of these. */
const few = <K extends z.ZodType<string, string>, V extends z.ZodType>(most: number, name: K, entry: V) =>
  z.record(name, entry).refine((entries) => Object.keys(entries).length <= most, `at most ${most} of them`);
const Version = String.raw`v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[0-9A-Za-z.-]+)?`;
const Comparator = `(?:[~^=]|[<>]=?)? ?${Version}`;
/** Bun takes what is no range for one that allows everything. */
const Range = new RegExp(`^${Comparator}(?:(?: - | ?\\|\\| ?| )${Comparator})*$`);
const ErrorDescription = z.object({
  code: z
    .string()
    .regex(/^[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)+$/)
    .max(100),
  status: z.number().int().min(400).max(599),
  message: z.string().max(500),
  retryable: z.boolean(),
});
const access = z.enum(['public', 'guest', 'member', 'admin']);
const common = {
  access,
  summary: z.string().min(1).max(300),
  input: JsonSchema,
  errors: z.array(ErrorDescription).max(50),
};

/** What a module is, told by the process that loaded it. A process may be hostile: this is parsed before it is believed. */
export const Description = z.object({
  id: ModuleId,
  version: z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/, 'a semantic version such as 1.0.0'),
  /** Stands beside what the module says in rooms, as people's names do. */
  title: shownName(80),
  description: z.string().max(500).default(''),
  engine: z.string().max(100).regex(Range, 'a range of versions such as ^1.0.0'),
  permissions: z.array(Scope).max(50).default([]),
  /** JSON Schema of the settings; null without any. Secret properties carry `x-secret: true`. */
  settings: JsonSchema.nullable(),
  limits: z.object({
    memory: z.number().int().min(32).max(16_384).default(256),
    callTimeout: z.number().int().min(100).max(3_600_000).default(30_000),
    instances: z.number().int().min(1).max(16).default(1),
    idleSeconds: z.number().int().min(1).max(86_400).default(300),
  }),
  migrations: z.number().int().nonnegative(),
  functions: few(
    200,
    Name,
    z.object({
      ...common,
      effect: z.enum(['read', 'write']),
      output: z.union([JsonSchema, z.enum(['html', 'binary', 'file', 'redirect'])]),
      files: z
        .object({ maxCount: z.number().int().min(1).max(100).default(10), maxBytes: z.number().int().min(1) })
        .nullable(),
    }),
  ),
  streams: few(100, Name, z.object({ ...common, events: z.record(z.string(), JsonSchema) })),
  sockets: few(100, Name, z.object({ ...common, receive: JsonSchema, send: JsonSchema })),
  listeners: z.array(z.string().max(100)).max(100),
  schedules: few(
    100,
    Name,
    z.object({ cron: z.string().max(100).nullable(), everySeconds: z.number().int().min(1).nullable() }),
  ),
  commands: few(100, CommandName, z.object({ description: z.string().max(200), usage: z.string().max(100), access })),
  /** Path of the page's source, relative to the module's folder. */
  page: z.string().max(200).nullable(),
  tile: z.object({ title: shownName(60), stream: Name }).nullable(),
  channel: z.object({ stream: Name }).nullable(),
});
export type Description = z.infer<typeof Description>;
