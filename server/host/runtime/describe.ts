import { z } from 'zod';
import type { ErrorDef } from '@shared/kernel/errors.ts';
import { LoadError } from '../instance.ts';
import type { ModuleDefinition } from '../sdk/define.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output', where: string): Json => {
  try {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
    return json;
  } catch (error) {
    throw new LoadError(`${where} is no schema of zod 4: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const nothing: Json = { type: 'object', properties: {}, additionalProperties: false };

const common = (
  spec: { access: unknown; summary: unknown; input?: z.ZodType; errors?: readonly ErrorDef[] },
  where: string,
): Json => ({
  access: spec.access,
  summary: spec.summary,
  input: spec.input ? schemaOf(spec.input, 'input', `${where}.input`) : nothing,
  errors: (spec.errors ?? []).map(({ code, status, message, retryable }) => ({ code, status, message, retryable })),
});

const mapped = <T>(part: string, entries: Record<string, T> | undefined, of: (entry: T, where: string) => Json): Json =>
  Object.fromEntries(Object.entries(entries ?? {}).map(([name, entry]) => [name, of(entry, `${part}.${name}`)]));

/** What a definition says of itself, as the host's `Description` wants it: schemas as JSON Schema, no functions. */
export function describe(definition: ModuleDefinition): Json {
  return {
    id: definition.id,
    version: definition.version,
    title: definition.title,
    description: definition.description,
    engine: definition.engine,
    permissions: definition.permissions,
    settings: definition.settings ? schemaOf(definition.settings, 'input', 'settings') : null,
    limits: definition.limits ?? {},
    migrations: (definition.migrations ?? []).length,
    functions: mapped('functions', definition.functions, ({ spec }, where) => ({
      ...common(spec, where),
      effect: spec.effect,
      output:
        spec.output === undefined
          ? nothing
          : typeof spec.output === 'string'
            ? spec.output
            : schemaOf(spec.output, 'output', `${where}.output`),
      files: spec.files ?? null,
    })),
    streams: mapped('streams', definition.streams, ({ spec }, where) => ({
      ...common(spec, where),
      events: mapped(`${where}.events`, spec.events, (schema, event) => schemaOf(schema, 'output', event)),
    })),
    sockets: mapped('sockets', definition.sockets, ({ spec }, where) => ({
      ...common(spec, where),
      receive: schemaOf(spec.receive, 'input', `${where}.receive`),
      send: schemaOf(spec.send, 'output', `${where}.send`),
    })),
    listeners: Object.keys(definition.on ?? {}),
    schedules: mapped('schedules', definition.schedules, ({ cron, everySeconds }) => ({
      cron: cron ?? null,
      everySeconds: everySeconds ?? null,
    })),
    commands: mapped('commands', definition.commands, ({ description, usage, access }) => ({
      description,
      usage: usage ?? '',
      access: access ?? 'guest',
    })),
    page: definition.page ?? null,
    tile: definition.tile ?? null,
    channel: definition.channel ?? null,
  };
}
