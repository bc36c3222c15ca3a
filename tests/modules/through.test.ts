import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { contract, fn } from '@shared/kernel/contract.ts';
import { fail, NotFound } from '@shared/kernel/errors.ts';
import { ok } from '@shared/kernel/result.ts';
import { ModuleDisabled, ModuleUnavailable } from '@shared/modules/errors.ts';
import { z } from 'zod';
import { implement, type ServerModule } from '../../server/modules/module.ts';
import type { Caller } from '../../server/modules/registry.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';

const Nothing = z.strictObject({});
const described = { access: 'guest', effect: 'read', input: Nothing, errors: [], summary: 'For tests.' } as const;
const makeModule = (name: string, version: number): ServerModule =>
  implement(
    contract(name, {
      own: fn({ ...described, access: 'member', output: z.unknown() }),
    }),
    { own: ({ actor, identity, role }) => ok({ actor, person: identity?.userId ?? null, role, version }) },
  ) as unknown as ServerModule;

let server: TestServer;
let ada: Person;
let guest: Person;
let roomId: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  guest = await server.join('Gus', 'guest');
  roomId = (await ada.get<{ id: string }>('chat/createRoom', { name: 'Secrets', kind: 'private' })).id;
  server.app.registry.mount(makeModule('visitor', 1));
});
afterAll(() => server.stop());

const through = (scopes: string[], acts: boolean, person?: Person): Caller => ({
  ...(person
    ? {
        identity: {
          userId: person.user.id,
          name: person.user.name,
          role: person.user.role,
          sessionId: 'ses_test',
          expiresAt: Number.MAX_SAFE_INTEGER,
        },
      }
    : {}),
  through: { module: 'visitor', scopes: new Set(scopes), acts },
  signal: new AbortController().signal,
  request: {
    requestId: 'req',
    ip: '',
    userAgent: '',
    headers: {},
    transport: 'control',
    baseUrl: 'http://localhost/',
    local: true,
  },
});
const call = (caller: Caller, module: string, name: string, input: unknown = {}) =>
  server.app.registry.call(caller, module, name, input);
const codeOf = async (outcome: ReturnType<typeof call>): Promise<string> => {
  const result = await outcome;
  return result.ok ? 'ok' : result.error.code;
};

describe('a call through a module', () => {
  test('needs the scope of the function, its own functions none', async () => {
    expect(await codeOf(call(through([], false, ada), 'chat', 'listRooms'))).toBe('module.scope_missing');
    expect(await codeOf(call(through(['chat:write'], false, ada), 'chat', 'listRooms'))).toBe('module.scope_missing');
    expect(await codeOf(call(through(['chat:read'], false, ada), 'chat', 'listRooms'))).toBe('ok');
    expect(await codeOf(call(through([], false, ada), 'visitor', 'own'))).toBe('ok');
  });

  test('gives no more than the person may do, whatever the module was granted', async () => {
    const all = ['chat:read', 'hub:write', 'people:write'];
    expect(await codeOf(call(through(all, true, guest), 'chat', 'history', { roomId }))).toBe('chat.room_not_found');
    expect(await codeOf(call(through(all, true, guest), 'visitor', 'own'))).toBe('auth.forbidden');
    expect(await codeOf(call(through(all, false, guest), 'hub', 'broadcast', { event: 'hello', payload: {} }))).toBe(
      'auth.forbidden',
    );
  });

  test('is the module’s own doing where it acts, for the person or for itself, and the person’s where its page calls', async () => {
    const seen = async (caller: Caller) => {
      const result = await call(caller, 'visitor', 'own');
      return result.ok ? (result.data as { actor: unknown; person: string | null; role: string }) : undefined;
    };
    expect(await seen(through([], true, ada))).toMatchObject({
      actor: { kind: 'module', id: 'visitor' },
      person: ada.user.id,
      role: 'admin',
    });
    expect(await seen(through([], true))).toMatchObject({ actor: { kind: 'module', id: 'visitor' }, person: null });
    expect(await seen(through([], false, ada))).toMatchObject({ actor: { kind: 'user', id: ada.user.id } });
  });

  test('never reaches sessions and the switching of modules, even where somebody granted that', async () => {
    for (const module of ['auth', 'modules']) {
      const name = module === 'auth' ? 'sessions' : 'list';
      const outcome = await codeOf(call(through([`${module}:read`, `${module}:write`], false, ada), module, name));
      expect(['module.scope_missing', 'request.not_found']).toContain(outcome);
    }
  });

  test('listens only to channels whose owner’s scope it has, and never to all that are the person’s', async () => {
    const poll = (scopes: string[], input: Record<string, unknown>) =>
      codeOf(call(through(['hub:read', ...scopes], false, ada), 'hub', 'poll', input));
    expect(await poll([], { channels: [`room:${roomId}`] })).toBe('module.scope_missing');
    expect(await poll(['chat:read'], { channels: [`room:${roomId}`] })).toBe('ok');
    expect(await poll(['chat:read'], { channels: [`user:${ada.user.id}`] })).toBe('module.scope_missing');
    expect(await poll(['chat:read'], { own: true })).toBe('auth.forbidden');
  });

  test('by the header of a page counts only for a module that runs', async () => {
    const { body, status } = await ada.call('chat/listRooms', {}, { 'hearth-module': 'visitor' });
    expect([status, body.ok ? '' : body.error.code]).toEqual([404, 'module.disabled']);
  });
});

describe('modules that come and go', () => {
  test('answer from the moment they are mounted, in the newest version, until they are taken away', async () => {
    const { registry } = server.app;
    expect((await ada.call('late/own')).status).toBe(404);
    registry.mount(makeModule('late', 1));
    expect(await ada.get('late/own')).toMatchObject({ version: 1 });
    registry.mount(makeModule('late', 2));
    expect(await ada.get('late/own')).toMatchObject({ version: 2 });
    const { paths } = (await (await fetch(`${server.url}api/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(paths)).toContain('/api/late/own');
    registry.unmount('late');
    expect((await ada.call('late/own')).status).toBe(404);
  });

  test('answer with the reason while they are away', async () => {
    const { registry } = server.app;
    registry.explain((module) =>
      module === 'off'
        ? fail(ModuleDisabled)
        : module === 'starting'
          ? fail(ModuleUnavailable, undefined, { retryAfter: 2 })
          : undefined,
    );
    const answers = [];
    for (const module of ['off', 'starting', 'unknown', 'chat']) {
      const { status, headers, body } = await ada.call(`${module}/nothing`);
      answers.push([status, body.ok ? '' : body.error.code, headers.get('retry-after')]);
    }
    expect(answers).toEqual([
      [404, 'module.disabled', null],
      [503, 'module.unavailable', '2'],
      [404, NotFound.code, null],
      [404, NotFound.code, null],
    ]);
    registry.explain(() => undefined);
  });
});
