import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { z } from 'zod';
import type { FnDef } from '@shared/kernel/contract.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { functions, rows, streams } from './functions.ts';
import { checkDocument, type Json, type Operation } from './openapi-structure.ts';

let server: TestServer;
let document: { paths: Record<string, Record<string, Operation>>; servers: { url: string }[] };
beforeAll(async () => {
  server = await startTestServer({ config: { basePath: '/team' } });
  document = await (await fetch(`${server.url}api/openapi.json`)).json();
});
afterAll(() => server.stop());

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
};
const codesIn = (operation: Operation | undefined): string[] =>
  Object.values(operation?.responses ?? {})
    .flatMap(({ description }) => [...description.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map((match) => match[1] ?? ''))
    .toSorted();

describe('/api/openapi.json', () => {
  test('is an OpenAPI 3.1 document in every part', () => {
    expect(checkDocument(document)).toEqual([]);
  });

  test('finds what is wrong with a document that is none', () => {
    const broken = structuredClone(document) as unknown as Json;
    Object.assign(broken.paths as Json, {
      'no/slash': { get: {} },
      '/x': {
        post: { responses: { '200': { description: 'x', content: { 'application/json': { schema: { typ: 1 } } } } } },
      },
    });
    expect(checkDocument(broken).join('\n')).toMatch(/no\/slash[\s\S]*typ/);
  });

  test('has every function and stream, at its address below the base path, and nothing else', () => {
    const { origin } = new URL(server.url);
    expect(document.servers).toEqual([{ url: `${origin}/team` }]);
    expect(Object.keys(document.paths).toSorted()).toEqual(
      [
        ...functions.map(({ module, name }) => `/api/${module}/${name}`),
        ...streams.map(({ module, name }) => `/sse/${module}/${name}`),
      ].toSorted(),
    );
  });

  test('names an address that answers for each of them', async () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const method of Object.keys(operations)) {
        const response = await fetch(`${document.servers[0]?.url}${path}`, { method: method.toUpperCase() });
        expect([path, method, response.status]).not.toEqual([path, method, 404]);
        expect([path, method, response.status]).not.toEqual([path, method, 405]);
        await response.body?.cancel();
      }
  });

  test('is the same for everybody and needs no session', async () => {
    const admin = await server.admin();
    const signedIn = await fetch(`${server.url}api/openapi.json`, {
      headers: { authorization: `Bearer ${admin.token}` },
    });
    expect(await signedIn.json()).toEqual(document);
  });
});

describe.each(rows(functions))('%s in the document', (full, { module, name, definition }) => {
  const operations = () => document.paths[`/api/${module}/${name}`] ?? {};

  test('takes and gives what its schemas say', () => {
    const { post, get } = operations();
    expect(post?.requestBody?.content['application/json']?.schema).toEqual(schemaOf(definition.input, 'input'));
    const { content } = post?.responses['200'] ?? {};
    if (typeof definition.output === 'string') expect(Object.keys(content ?? {})).toEqual(['application/octet-stream']);
    else {
      const envelope = content?.['application/json']?.schema ?? {};
      expect((envelope.properties as Json).data).toEqual(schemaOf(definition.output, 'output'));
    }
    expect(get !== undefined).toBe(definition.effect === 'read');
    if (!get) return;
    const { properties = {}, required = [] } = schemaOf(definition.input, 'input') as {
      properties?: Json;
      required?: string[];
    };
    expect(get.parameters).toEqual(
      Object.entries(properties).map(([field, schema]) => ({
        name: field,
        in: 'query',
        required: required.includes(field),
        schema: schema as Json,
      })),
    );
  });

  test('says who may call it, by which frame, and which errors it answers with', () => {
    for (const operation of Object.values(operations())) {
      expect(operation).toMatchObject({
        tags: [module],
        summary: definition.summary,
        'x-access': definition.access,
        'x-scope': `${module}:${definition.effect}`,
      });
      expect(operation.security).toEqual(definition.access === 'public' ? [] : undefined);
      const own = definition.errors.map(({ code }) => code);
      const always = [
        'request.invalid',
        'server.internal',
        ...(definition.access === 'public' ? [] : ['auth.forbidden', 'auth.unauthenticated']),
      ];
      expect(codesIn(operation)).toEqual([...new Set([...own, ...always])].toSorted());
    }
    const { post } = operations();
    expect([post?.operationId, post?.['x-event']]).toEqual([full, (definition as FnDef).event]);
    const keyed = post?.parameters?.some(
      (parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key',
    );
    expect(keyed ?? false).toBe(definition.effect === 'write' && definition.unrepeatable !== true);
  });
});

test.each(rows(streams))('the stream %s has its events in the document', (_, { module, name, definition }) => {
  const { get } = document.paths[`/sse/${module}/${name}`] ?? {};
  expect(get?.['x-events']).toEqual(
    Object.fromEntries(Object.entries(definition.events).map(([event, schema]) => [event, schemaOf(schema, 'output')])),
  );
  expect(Object.keys(get?.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
});

describe('the page that shows it', () => {
  const web = join(import.meta.dir, '../../web');
  const sources = ['index.html', ...[...new Glob('docs/*').scanSync({ cwd: web })]];

  test('names no other origin: no script, style, font or frame comes from outside', () => {
    expect(sources.length).toBeGreaterThan(3);
    for (const file of sources) {
      const text = readFileSync(join(web, file), 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
      expect([file, text.match(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z]/gi)]).toEqual([file, null]);
    }
  });

  test('could not load anything from outside if it wanted to', async () => {
    const { headers } = await fetch(`${server.url}docs`, { headers: { accept: 'text/html' } });
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|unsafe-inline/);
  });
});
