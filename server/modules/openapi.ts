import { z } from 'zod';
import { BadForm, commonErrors, type ErrorDef, Stalled, StorageFailed, TooLarge } from '@shared/kernel/errors.ts';
import type { Definition, FnDef, StreamDef } from '@shared/kernel/contract.ts';
import { scopeOf } from '@shared/kernel/contract.ts';
import type { ServerModule } from './module.ts';

type Json = Record<string, unknown>;

/** What is part of itself refers to itself by name, also where that is the whole schema. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  const whole = JSON.stringify(json);
  if (!whole.includes('"$ref":"#"')) return json;
  const { $defs, ...root } = JSON.parse(whole.replaceAll('"$ref":"#"', '"$ref":"#/$defs/whole"')) as Json;
  return { ...root, $defs: { ...($defs as Json | undefined), whole: root } };
};

/** References lead from the root of the schema that they are in; in a document of many, from the root of that. */
function placed(value: unknown, at: string, root = '#'): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each, index) => placed(each, `${at}/${index}`, root));
  const own = '$defs' in value ? at : root;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]: [string, unknown]) => [
      name,
      name === '$ref' && typeof part === 'string' && part.startsWith('#/$defs/')
        ? own + part.slice(1)
        : placed(part, `${at}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`, own),
    ]),
  );
}

const errorSchema: Json = {
  type: 'object',
  required: ['ok', 'error', 'requestId'],
  properties: {
    ok: { const: false },
    error: {
      type: 'object',
      required: ['code', 'message', 'retryable'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        params: { type: 'object' },
        issues: {
          type: 'array',
          items: {
            type: 'object',
            required: ['path', 'code'],
            properties: { path: { type: 'string' }, code: { type: 'string' }, params: { type: 'object' } },
          },
        },
        retryable: { type: 'boolean' },
        retryAfter: { type: 'number', description: 'Seconds' },
      },
    },
    requestId: { type: 'string' },
  },
};

const contentTypes: Record<string, string> = {
  html: 'text/html',
  binary: 'application/octet-stream',
  file: 'application/octet-stream',
};

const failures = (errors: readonly ErrorDef[]): Json => {
  const byStatus = new Map<number, ErrorDef[]>();
  for (const error of errors) byStatus.set(error.status, [...(byStatus.get(error.status) ?? []), error]);
  return Object.fromEntries(
    [...byStatus].map(([status, defs]) => [
      String(status),
      {
        description: defs.map((def) => `\`${def.code}\`: ${def.message}`).join('\n\n'),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
};

const ofUploads: ReadonlySet<string> = new Set([BadForm, TooLarge, Stalled, StorageFailed].map(({ code }) => code));

const applicable = (definition: Definition): ErrorDef[] => [
  ...commonErrors.filter(
    ({ code }) =>
      code === 'request.invalid' ||
      code === 'server.internal' ||
      (definition.kind === 'fn' && definition.files && ofUploads.has(code)) ||
      (definition.access !== 'public' && (code === 'auth.unauthenticated' || code === 'auth.forbidden')),
  ),
  ...definition.errors,
];

const success = (definition: FnDef): Json => {
  if (definition.output === 'redirect') return { '302': { description: 'A redirect within this site' } };
  if (typeof definition.output === 'string') {
    const type = contentTypes[definition.output] ?? 'application/octet-stream';
    return { '200': { description: 'The content', content: { [type]: {} } } };
  }
  const schema = {
    type: 'object',
    required: ['ok', 'data', 'requestId'],
    properties: { ok: { const: true }, data: schemaOf(definition.output, 'output'), requestId: { type: 'string' } },
  };
  return { '200': { description: 'Done', content: { 'application/json': { schema } } } };
};

const queryParameters = (schema: z.ZodType): Json[] => {
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[]; $defs?: Json };
  const shared = json.$defs && { $defs: json.$defs };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: json.required?.includes(name) ?? false,
    schema: { ...property, ...shared },
  }));
};

/** What a body may be. Files of a form may have any field's name; `file` stands for one. */
const bodies = ({ input, files }: FnDef): Json => {
  const schema = schemaOf(input, 'input');
  const forms = { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } };
  if (!files) return forms;
  const { maxCount, maxBytes } = files;
  const file = {
    type: 'array',
    maxItems: maxCount,
    items: { type: 'string', format: 'binary' },
    description: `At most ${maxCount} files of ${maxBytes} bytes together, under any field's name`,
  };
  const properties = { ...(schema.properties as Json | undefined), file };
  return { ...forms, 'multipart/form-data': { schema: { ...schema, properties } } };
};

const common = (module: string, name: string, definition: FnDef | StreamDef): Json => ({
  tags: [module],
  summary: definition.summary,
  'x-access': definition.access,
  'x-scope': scopeOf(module, definition),
  ...(definition.access === 'public' ? { security: [] } : {}),
});

const pathsOf = (module: string, name: string, definition: Definition): [string, Json][] => {
  if (definition.kind === 'socket') return [];
  if (definition.kind === 'stream') {
    const events = Object.fromEntries(
      Object.entries(definition.events).map(([event, schema]) => [event, schemaOf(schema, 'output')]),
    );
    const get = {
      ...common(module, name, definition),
      operationId: `${module}.${name}`,
      'x-kind': 'stream',
      'x-events': events,
      parameters: queryParameters(definition.input),
      responses: {
        '200': { description: 'Server-sent events', content: { 'text/event-stream': {} } },
        '204': { description: 'The stream had finished (`Last-Event-ID: done`)' },
        ...failures(applicable(definition)),
      },
    };
    return [[`/sse/${module}/${name}`, { get }]];
  }
  const responses = { ...success(definition), ...failures(applicable(definition)) };
  const post = {
    ...common(module, name, definition),
    operationId: `${module}.${name}`,
    'x-kind': 'function',
    'x-effect': definition.effect,
    ...(definition.event ? { 'x-event': definition.event } : {}),
    ...(definition.effect === 'write' && !definition.unrepeatable
      ? {
          parameters: [
            { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 128 } },
          ],
        }
      : {}),
    requestBody: { required: true, content: bodies(definition) },
    responses,
  };
  const get = {
    ...common(module, name, definition),
    operationId: `${module}.${name}.get`,
    'x-kind': 'function',
    'x-effect': definition.effect,
    parameters: queryParameters(definition.input),
    responses,
  };
  return [[`/api/${module}/${name}`, definition.effect === 'read' ? { get, post } : { post }]];
};

/** The OpenAPI 3.1 document of every mounted contract. */
export function openApi(modules: readonly ServerModule[], version: string, baseUrl: string): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'Hearth', version, description: 'Every answer is an envelope; errors carry a stable code.' },
    servers: [{ url: baseUrl.replace(/\/$/, '') }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths: placed(
      Object.fromEntries(
        modules.flatMap(({ contract }) =>
          Object.entries(contract.definitions).flatMap(([name, definition]) =>
            pathsOf(contract.name, name, definition),
          ),
        ),
      ),
      '#/paths',
    ),
    components: {
      schemas: { Error: errorSchema },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'hearth_<instance>' },
      },
    },
  };
}
