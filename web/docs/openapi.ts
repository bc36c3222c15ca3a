import { BadAnswer, fail, Unreachable } from '@shared/kernel/errors.ts';
import { ok, type Result } from '@shared/kernel/result.ts';

/** The parts of JSON Schema that zod writes. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema | boolean;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  not?: unknown;
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  description?: string;
}

interface Media {
  schema?: Schema;
}

interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  'x-kind'?: string;
  'x-access'?: string;
  'x-effect'?: string;
  'x-scope'?: string;
  'x-event'?: string;
  'x-events'?: Record<string, Schema>;
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, { description?: string; content?: Record<string, Media> }>;
}

export interface Document {
  info: { title: string; version: string };
  paths: Record<string, Partial<Record<string, Operation>>>;
}

export interface DeclaredError {
  status: number;
  code: string;
  message: string;
}

export interface Endpoint {
  /** `chat.postMessage`: also the anchor of the page. */
  id: string;
  module: string;
  name: string;
  kind: 'function' | 'stream';
  summary: string;
  access: string;
  scope: string | undefined;
  effect: string | undefined;
  /** The socket frame that calls it by name. */
  event: string | undefined;
  path: string;
  methods: string[];
  input: Schema | undefined;
  /** The data of the envelope, or of each event of a stream. */
  output: Schema | undefined;
  events: Record<string, Schema>;
  /** Media type of an answer that is not JSON. */
  content: string | undefined;
  errors: DeclaredError[];
}

/** Fetches the description of everything the server offers, dropped-in modules included. */
export async function loadOpenApi(baseUrl: string, fetcher: typeof fetch = fetch): Promise<Result<Document>> {
  let answer: Response;
  try {
    answer = await fetcher(`${baseUrl}api/openapi.json`);
  } catch {
    return fail(Unreachable);
  }
  if (!answer.ok) return fail(BadAnswer);
  try {
    const document = (await answer.json()) as Document;
    return document.paths ? ok(document) : fail(BadAnswer);
  } catch {
    return fail(BadAnswer);
  }
}

/** Errors stand in a response's description, one paragraph each: "`code`: sentence". */
function errorsOf(operation: Operation): DeclaredError[] {
  return Object.entries(operation.responses ?? {}).flatMap(([status, response]) =>
    [...(response.description ?? '').matchAll(/`([a-z0-9_]+(?:\.[a-z0-9_]+)+)`: ([^\n]+)/g)].map((match) => ({
      status: Number(status),
      code: match[1] ?? '',
      message: match[2] ?? '',
    })),
  );
}

function inputOf(operation: Operation): Schema | undefined {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  if (body) return body;
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  if (query.length === 0) return undefined;
  return {
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema ?? {}])),
    required: query.filter((parameter) => parameter.required).map((parameter) => parameter.name),
  };
}

function endpointOf(path: string, methods: Partial<Record<string, Operation>>): Endpoint | undefined {
  const operation = methods['post'] ?? methods['get'];
  const [, , module, name] = path.split('/');
  if (!operation || !module || !name) return undefined;
  const success = operation.responses?.['200']?.content ?? {};
  const json = success['application/json']?.schema;
  return {
    id: `${module}.${name}`,
    module,
    name,
    kind: operation['x-kind'] === 'stream' ? 'stream' : 'function',
    summary: operation.summary ?? '',
    access: operation['x-access'] ?? 'public',
    scope: operation['x-scope'],
    effect: operation['x-effect'],
    event: operation['x-event'],
    path,
    methods: Object.keys(methods).map((method) => method.toUpperCase()),
    input: inputOf(operation),
    output: json?.properties?.['data'] ?? json,
    events: operation['x-events'] ?? {},
    content: json ? undefined : Object.keys(success)[0],
    errors: errorsOf(operation),
  };
}

/** Everything that can be called, in the document's order. */
export const endpointsOf = (document: Document): Endpoint[] =>
  Object.entries(document.paths).flatMap(([path, methods]) => endpointOf(path, methods) ?? []);

export interface ModuleDocs {
  name: string;
  endpoints: Endpoint[];
}

/** Grouped by module; with `query` only what has all its words in name, path, summary or event. */
export function modulesOf(endpoints: readonly Endpoint[], query: string): ModuleDocs[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const modules = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const text = `${endpoint.id} ${endpoint.path} ${endpoint.summary} ${endpoint.event ?? ''}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    modules.set(endpoint.module, [...(modules.get(endpoint.module) ?? []), endpoint]);
  }
  return [...modules].map(([name, found]) => ({ name, endpoints: found }));
}
