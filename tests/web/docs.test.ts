import { describe, expect, test } from 'bun:test';
import { type Document, endpointsOf, loadOpenApi, modulesOf } from '../../web/docs/openapi.ts';
import { schemaText } from '../../web/docs/schema-text.ts';

const document: Document = {
  info: { title: 'Hearth', version: '1.2.3' },
  paths: {
    '/api/lamp/set': {
      post: {
        summary: 'Turns the lamp on or off.',
        'x-kind': 'function',
        'x-access': 'member',
        'x-effect': 'write',
        'x-scope': 'lamp:write',
        'x-event': 'lamp_set',
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { on: { type: 'boolean' } } } } },
        },
        responses: {
          '200': {
            content: {
              'application/json': { schema: { type: 'object', properties: { data: { type: 'string' } } } },
            },
          },
          '404': { description: '`lamp.not_found`: There is no lamp\n\n`lamp.gone`: It was removed' },
        },
      },
    },
    '/api/lamp/find': {
      get: {
        'x-access': 'public',
        parameters: [{ name: 'room', in: 'query', required: true, schema: { type: 'string' } }],
      },
    },
    '/sse/lamp/watch': { get: { 'x-kind': 'stream', 'x-events': { flicker: { type: 'number' } } } },
    '/up': { get: {} },
  },
};

const respond = (body: string, status = 200) => (async () => new Response(body, { status })) as unknown as typeof fetch;

describe('reading the OpenAPI document', () => {
  const [set, find, watch, ...others] = endpointsOf(document);

  test('a function has its way in, who may call it, what it takes and gives, and its errors', () => {
    expect(set).toMatchObject({
      id: 'lamp.set',
      kind: 'function',
      access: 'member',
      effect: 'write',
      scope: 'lamp:write',
      event: 'lamp_set',
      methods: ['POST'],
      output: { type: 'string' },
      errors: [
        { status: 404, code: 'lamp.not_found', message: 'There is no lamp' },
        { status: 404, code: 'lamp.gone', message: 'It was removed' },
      ],
    });
  });

  test('the query of a read is shown as its input', () => {
    expect(find?.input).toEqual({ type: 'object', properties: { room: { type: 'string' } }, required: ['room'] });
  });

  test('a stream has its events', () => {
    expect(watch).toMatchObject({ id: 'lamp.watch', kind: 'stream', events: { flicker: { type: 'number' } } });
  });

  test('addresses that are no functions are left out', () => {
    expect(others).toEqual([]);
  });

  test('a search keeps what has all its words, and drops modules left empty', () => {
    const all = endpointsOf(document);
    expect(modulesOf(all, 'LAMP turns').flatMap((module) => module.endpoints.map((each) => each.name))).toEqual([
      'set',
    ]);
    expect(modulesOf(all, 'kettle')).toEqual([]);
  });
});

describe('fetching it', () => {
  test('a document comes back as a Result', async () => {
    const result = await loadOpenApi('http://h/', respond(JSON.stringify(document)));
    expect(result.ok && result.data.info.version).toBe('1.2.3');
  });

  test.each([
    ['what is not JSON', respond('<html>')],
    ['JSON that is something else', respond('{"hello":1}')],
    ['an error page', respond('{}', 502)],
  ])('%s is a bad answer', async (_, fetcher) => {
    expect(await loadOpenApi('http://h/', fetcher)).toMatchObject({ ok: false, error: { code: 'network.bad_answer' } });
  });

  test('no answer is no connection', async () => {
    const result = await loadOpenApi('http://h/', (() =>
      Promise.reject(new TypeError('down'))) as unknown as typeof fetch);
    expect(result).toMatchObject({ ok: false, error: { code: 'network.unreachable' } });
  });
});

describe('a schema as text', () => {
  test('objects have their fields, optional ones marked, limits as comments', () => {
    const text = schemaText({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 80 },
        id: { type: 'string', pattern: '^usr_[0-9a-hjkmnp-tv-z]{26}$' },
        count: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 5 },
      },
      required: ['name', 'id'],
    });
    expect(text).toBe(
      '{\n  name: string; // 1–80 characters\n  id: string; // usr_…\n  count?: number; // ≥ 0, default 5\n}',
    );
  });

  test('a list of alternatives is put into brackets, a list of objects is not', () => {
    expect(schemaText({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } })).toBe(
      '(string | null)[]',
    );
    expect(schemaText({ type: 'array', items: { type: 'object', properties: { a: { enum: ['x', 'y'] } } } })).toBe(
      '{\n  a?: "x" | "y";\n}[]',
    );
  });

  test('what says nothing is unknown, what allows nothing is never', () => {
    expect(schemaText({})).toBe('unknown');
    expect(schemaText({ not: {} })).toBe('never');
  });
});
