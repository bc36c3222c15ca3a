import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

const off = { status: 404, body: { error: { code: 'module.disabled' } } };

describe('a module', () => {
  test('that appears is listed, switched off, and answers 404; switched on it answers; off again it does not', async () => {
    const { admin, save, becomes } = scene;
    save('first', source('first'));
    expect(await becomes('first', ({ state }) => state === 'disabled')).toMatchObject({
      title: 'Title of first',
      enabled: false,
      shipped: false,
    });
    expect(await admin.call('first/say')).toMatchObject(off);
    expect(await admin.get('modules/enable', { id: 'first' })).toMatchObject({ enabled: true, state: 'active' });
    expect(await admin.get('first/say')).toEqual({ said: 'one' });
    expect(await admin.get('modules/disable', { id: 'first' })).toMatchObject({ enabled: false, state: 'disabled' });
    expect(await admin.call('first/say')).toMatchObject(off);
    const log = await admin.get<{ text: string }[]>('modules/log', { id: 'first' });
    expect(log.map(({ text }) => text)).toEqual(['disabled', 'loading', 'active', 'disabled']);
  });

  test('is switched by admins alone, and those that do not exist by nobody', async () => {
    const { server, admin, start } = scene;
    await start('roles', source('roles'));
    const member = await server.join('Mia');
    for (const name of ['enable', 'disable', 'settings', 'log'])
      expect(await member.call(`modules/${name}`, { id: 'roles' })).toMatchObject({ status: 403 });
    expect(await server.call('modules/list')).toMatchObject({ status: 401 });
    for (const name of ['enable', 'disable', 'settings', 'log', 'page'])
      expect(await admin.call(`modules/${name}`, { id: 'nobody' })).toMatchObject({
        status: 404,
        body: { error: { code: 'module.not_found' } },
      });
    expect(await admin.call('nobody/say')).toMatchObject({
      status: 404,
      body: { error: { code: 'request.not_found' } },
    });
    expect(await server.call('roles/say')).toMatchObject({ status: 401 });
    // Others see what runs, and nothing of its inside.
    const seen = await member.get<{ id: string; admin: unknown }[]>('modules/list');
    expect(seen.find(({ id }) => id === 'roles')).toMatchObject({ state: 'active', admin: null });
    expect(seen.map(({ id }) => id)).not.toContain('hello');
    await admin.get('modules/disable', { id: 'roles' });
    expect((await member.get<{ id: string }[]>('modules/list')).map(({ id }) => id)).not.toContain('roles');
  });

  test('is granted what it asks for, or what is named of that, and nothing else', async () => {
    const { admin, save, becomes } = scene;
    save('asks', source('asks', { more: `permissions: ['chat:read', 'chat:write'],` }));
    await becomes('asks', ({ state }) => state === 'disabled');
    expect(await admin.call('modules/enable', { id: 'asks', grant: ['people:write'] })).toMatchObject({
      status: 422,
      body: { error: { code: 'module.scope_unknown', params: { scope: 'people:write' } } },
    });
    const granted = async (input: object) =>
      (await admin.get('modules/enable', { id: 'asks', ...input })).admin.permissions.map(
        ({ granted: is }: { granted: boolean }) => is,
      );
    expect(await granted({ grant: ['chat:read'] })).toEqual([true, false]);
    expect(await granted({})).toEqual([true, true]);
    expect(await granted({ grant: [] })).toEqual([false, false]);
  });

  test('switched twice at once is switched once, and everybody hears of it once', async () => {
    const { server, admin, save, becomes } = scene;
    save('twice', source('twice'));
    await becomes('twice', ({ state }) => state === 'disabled');
    const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${admin.token}` });
    await Promise.all([1, 2, 3].map(() => admin.get('modules/enable', { id: 'twice' })));
    await Promise.all([1, 2].map(() => admin.get('modules/disable', { id: 'twice' })));
    const toggles = () => socket.events('global', 'plugin_toggled').filter(({ payload }) => payload.plugin === 'twice');
    await until(() => toggles().length === 2);
    await admin.get('modules/enable', { id: 'twice' });
    await until(() => toggles().length === 3);
    expect(toggles().map(({ payload, offset }) => [payload.enabled, typeof offset])).toEqual([
      [true, 'number'],
      [false, 'number'],
      [true, 'number'],
    ]);
    const states = () => socket.events('global', 'module_changed').filter(({ payload }) => payload.id === 'twice');
    await until(() => states().length === 5);
    expect(states().map(({ payload }) => payload.state)).toEqual([
      'loading',
      'active',
      'disabled',
      'loading',
      'active',
    ]);
    await socket.close();
    const { admin: about } = await scene.info('twice');
    expect(about?.instances).toHaveLength(1);
  });

  test('opposite switches at once leave it as the last one that was stored says', async () => {
    const { admin, start, info } = scene;
    await start('torn', source('torn'));
    for (let round = 0; round < 3; round++)
      await Promise.all(
        ['disable', 'enable', 'disable', 'enable'].map((name) => admin.get(`modules/${name}`, { id: 'torn' })),
      );
    const { enabled, state } = await info('torn');
    expect(state).toBe(enabled ? 'active' : 'disabled');
    expect((await admin.call('torn/say')).status).toBe(enabled ? 200 : 404);
  });

  test('is on again after a restart of the server, and off if it was off', async () => {
    const { server, admin, start, becomes } = scene;
    await start('lasting', source('lasting'));
    await start('gone', source('gone'));
    await admin.get('modules/disable', { id: 'gone' });
    await server.restart();
    expect(await becomes('lasting', ({ state }) => state === 'active')).toMatchObject({ enabled: true });
    expect(await admin.get('lasting/say')).toEqual({ said: 'one' });
    expect(await admin.call('gone/say')).toMatchObject(off);
  });

  test('whose folder goes is no more, and comes back as it was', async () => {
    const { server, admin, start, becomes } = scene;
    await start('moving', source('moving'));
    const folder = join(server.data, 'modules', 'moving');
    renameSync(folder, join(server.data, 'aside'));
    await until(async () => (await admin.call('moving/say')).status === 404);
    expect(await admin.call('modules/enable', { id: 'moving' })).toMatchObject({ status: 404 });
    renameSync(join(server.data, 'aside'), folder);
    await becomes('moving', ({ state }) => state === 'active');
    expect(await admin.get('moving/say')).toEqual({ said: 'one' });
  });

  test('that comes with Hearth gives way to the team’s own of the same name', async () => {
    const { admin, info, start, server, becomes } = scene;
    expect(await info('hello')).toMatchObject({ shipped: true, state: 'disabled', title: 'Hello' });
    await admin.get('modules/enable', { id: 'hello' });
    expect(await admin.get('hello/greet')).toEqual({ text: 'Hello, Ada!' });
    await start('hello', source('hello'));
    await becomes('hello', ({ title }) => title === 'Title of hello');
    expect(await admin.get('hello/say')).toEqual({ said: 'one' });
    rmSync(join(server.data, 'modules', 'hello'), { recursive: true });
    await becomes('hello', ({ title }) => title === 'Hello');
    expect(await admin.get('hello/greet')).toEqual({ text: 'Hello, Ada!' });
  });
});

describe('what is no module', () => {
  test.each([
    ['another id than its folder’s', source('somebody-else'), 'somebody-else'],
    ['a syntax error', 'export default {', 'module.ts:'],
    ['no manifest', 'export const x = 1;', 'defineModule'],
    ['a wrong version', source('broken').replace('1.0.0', 'one'), 'version'],
    ['an engine of another age', source('broken').replace('^1.0.0', '^9.0.0'), 'engine'],
    [
      'a schedule that never comes',
      source('broken', { more: `schedules: { x: { cron: '0 0 30 2 *', run() {} } },` }),
      'never',
    ],
  ])('%s: it is failed, with the reason, and answers nothing', async (_, text, told) => {
    const { admin, save, becomes } = scene;
    save('broken', `${text}\n// ${Math.random()}`);
    const { admin: about } = await becomes(
      'broken',
      ({ state, admin: inside }) => state === 'failed' && !!inside?.reason?.includes(told),
    );
    expect(about?.reason).toContain(told);
    expect(await admin.call('broken/say')).toMatchObject(off);
    expect(await admin.get('modules/enable', { id: 'broken' })).toMatchObject({ enabled: true, state: 'failed' });
    expect(await admin.call('broken/say')).toMatchObject({ status: 503, body: { error: { code: 'module.failed' } } });
    await admin.get('modules/disable', { id: 'broken' });
  });

  test('of two that claim one id the one whose folder has the name is it', async () => {
    const { admin, start, becomes, save } = scene;
    await start('mine', source('mine'));
    save('yours', source('mine', { says: 'stolen' }));
    await becomes('yours', ({ state }) => state === 'failed');
    await admin.get('modules/enable', { id: 'yours' });
    expect(await admin.get('mine/say')).toEqual({ said: 'one' });
    expect((await admin.call('yours/say')).status).toBe(503);
  });

  test('names of Hearth’s own parts are not given away', async () => {
    const { admin, save, becomes } = scene;
    save('chat', source('chat'));
    const { admin: about } = await becomes('chat', ({ state }) => state === 'failed');
    expect(about?.reason).toContain('chat');
    await admin.get('modules/enable', { id: 'chat' });
    expect((await admin.call('chat/listRooms')).status).toBe(200);
    expect((await admin.call('chat/say')).status).toBe(404);
    await admin.get('modules/disable', { id: 'chat' });
    expect((await admin.call('chat/listRooms')).status).toBe(200);
  });

  test('hostile names and links out of the folder come to nothing', async () => {
    const { server, admin, save, becomes, start } = scene;
    const modules = join(server.data, 'modules');
    for (const name of ['..evil', 'with space', 'Big', 'ünï', '-dash', 'a'.repeat(60), '%2e%2e', '.hidden'])
      save(name, source('whatever'));
    const outside = join(server.data, 'outside');
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, 'module.ts'), source('linked'));
    symlinkSync(outside, join(modules, 'linked'));
    mkdirSync(join(modules, 'peeking'));
    symlinkSync(join(outside, 'module.ts'), join(modules, 'peeking', 'module.ts'));
    symlinkSync('/nowhere', join(modules, 'dangling'));
    for (const id of ['linked', 'peeking']) {
      const { admin: about } = await becomes(id, ({ state }) => state === 'failed');
      expect(about?.reason).toContain('leads out');
    }
    // A link within an honest folder that leads out of it.
    symlinkSync(join(server.data, 'secrets.json'), join(modules, 'linked-file'));
    save('leaky', source('leaky'));
    symlinkSync(join(server.data, 'secrets.json'), join(modules, 'leaky', 'key.json'));
    await becomes('leaky', ({ state }) => state === 'failed');
    await start('honest', source('honest'));
    const ids = (await admin.get<{ id: string }[]>('modules/list')).map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
    for (const path of ['%2e%2e/say', '..%2fhonest/say', 'honest%2f..%2fhonest/say'])
      expect((await admin.call(path)).status).toBe(404);
    expect(await admin.get('honest/say')).toEqual({ said: 'one' });
  });
});
