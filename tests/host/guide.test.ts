import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Guide, readGuide, type Step, writeModules } from '../support/guide.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const folder = join(import.meta.dir, '../../server/modules');
const guide: Guide = readGuide(join(folder, 'README.md'));

let server: TestServer;
let ada: Person;
let roomId: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  roomId = (await ada.get<{ id: string }>('chat/createRoom', { name: 'Games', kind: 'public' })).id;
  writeModules(guide, server.data);
  for (const id of guide.modules) {
    await until(async () => {
      const { body } = await ada.call<{ id: string; version: string }[]>('modules/list');
      return body.ok && body.data.some((module) => module.id === id && module.version !== '');
    }, `${id} is found`);
    await ada.get('modules/enable', { id });
  }
  await until(async () => {
    const modules = await ada.get<{ id: string; state: string }[]>('modules/list');
    return guide.modules.every((id) => modules.some((module) => module.id === id && module.state === 'active'));
  }, 'all modules of the guide are active');
}, 60_000);
afterAll(() => server.stop());

/** Every field that is expected, with `{any}` in a text for what nobody can know before. */
function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'string' && typeof actual === 'string') {
    const parts = expected.split('{any}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}$`).test(actual);
  }
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((value, at) => matches(actual[at], value))
    );
  if (typeof expected === 'object' && expected !== null)
    return (
      typeof actual === 'object' &&
      actual !== null &&
      Object.entries(expected).every(([key, value]) => matches((actual as Record<string, unknown>)[key], value))
    );
  return actual === expected;
}

interface Order {
  method: string;
  path: string;
  rest: string;
  /** `(nobody)` or `(Header: value)` behind the request. */
  nobody: boolean;
  headers: Record<string, string>;
}

function orderOf(line: string): Order {
  const note = / \(([^()]*)\)$/.exec(line);
  const [method = '', path = '', ...rest] = (note ? line.slice(0, note.index) : line).split(' ');
  const header = /^([A-Za-z-]+): (.+)$/.exec(note?.[1] ?? '');
  return {
    method,
    path: path.slice(1),
    rest: rest.join(' '),
    nobody: note?.[1] === 'nobody',
    headers: header?.[1] && header[2] ? { [header[1]]: header[2] } : {},
  };
}

const credentials = ({ nobody, headers }: Order): Record<string, string> =>
  nobody ? headers : { ...headers, authorization: `Bearer ${ada.token}` };

const bodyOf = ({ method, rest }: Order): { body?: BodyInit; headers: Record<string, string> } => {
  if (method === 'POST') return { body: rest || '{}', headers: { 'content-type': 'application/json' } };
  if (method !== 'FORM') return { headers: {} };
  const form = new FormData();
  for (const field of rest.split(' ')) {
    const [name = '', value = ''] = field.split('=');
    const [fileName = '', content] = value.split(':');
    if (content === undefined) form.append(name, value);
    else form.append(name, new File([content], fileName));
  }
  return { body: form, headers: {} };
};

/** What an HTTP request of the guide answers, in the guide's own notation, or why it is not as expected. */
async function request(order: Order, { expected }: Step): Promise<string | undefined> {
  const { body, headers } = bodyOf(order);
  const answer = await fetch(`${server.url}${order.path}`, {
    method: order.method === 'GET' ? 'GET' : 'POST',
    headers: { ...headers, ...credentials(order) },
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  const [, status = '', kind, rest = ''] = /^(\d{3}) ?(text )?(.*)$/s.exec(expected[0]?.text ?? '') ?? [];
  const isRight =
    String(answer.status) === status &&
    (kind ? text.split('\n')[0] === rest : rest === '' || matches(JSON.parse(text), JSON.parse(rest)));
  return isRight ? undefined : `${answer.status} ${text}`;
}

async function stream(order: Order, { line, expected }: Step): Promise<string[]> {
  const abort = new AbortController();
  const answer = await fetch(`${server.url}${order.path}`, { headers: credentials(order), signal: abort.signal });
  const first = Number(/\(first (\d+)\)$/.exec(line)?.[1] ?? Number.POSITIVE_INFINITY);
  const seen: string[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1];
      if (event !== undefined) seen.push(`${event} ${/^data: (.*)$/m.exec(block)?.[1]}`);
    }
    if (seen.length >= Math.min(first, expected.length)) break;
  }
  abort.abort();
  return seen;
}

async function converse(order: Order, { expected }: Step): Promise<void> {
  const url = `${server.url.replace('http', 'ws')}${order.path}`;
  const socket = new WebSocket(url, { headers: credentials(order) } as never);
  const heard: unknown[] = [];
  socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))));
  await until(() => socket.readyState === WebSocket.OPEN, 'the socket opens');
  for (const { from, text } of expected) {
    if (from === 'client') socket.send(text);
    else {
      await until(() => heard.length > 0, `hears ${text}`);
      expect(matches(heard[0], JSON.parse(text)) ? text : heard[0]).toBe(text);
      heard.shift();
    }
  }
  socket.close();
}

describe('the guide to modules', () => {
  for (const [at, step] of guide.steps.entries()) {
    if (step.line.startsWith('PAGE ')) continue;
    test(`${at + 1}. ${step.line}`, async () => {
      const given = { ...step, line: step.line.replaceAll('{room}', roomId) };
      if (given.line.startsWith('EVENTUALLY ')) {
        const order = orderOf(given.line.slice('EVENTUALLY '.length));
        await until(async () => (await request(order, given)) === undefined, given.line);
        return;
      }
      const order = orderOf(given.line);
      if (order.method === 'SSE') expect(await stream(order, given)).toEqual(given.expected.map(({ text }) => text));
      else if (order.method === 'WS') await converse(order, given);
      else expect(await request(order, given)).toBeUndefined();
    });
  }

  test('has the same examples in German', () => {
    const examples = (name: string) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^```.*?^```$/gms)].map(([block]) => block);
    expect(examples('README.de.md')).toEqual(examples('README.md'));
    expect(examples('README.md').length).toBeGreaterThan(20);
  });
});
