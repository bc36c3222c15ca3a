import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { until } from '../support/until.ts';
import { codeOf, sharedHouse } from './module-house.ts';
import { lasting, source } from './module-sources.ts';

setDefaultTimeout(60_000);

const house = sharedHouse();

const say = (id: string) => house().say(id);
const says = (id: string, what: string) => house().says(id, what);

describe('from the first save to the last switch, in the compiled Hearth, a module', () => {
  test('goes through every state, and another person sees each', async () => {
    const { member, admin, save, becomes, files } = house();
    const watching = await member.socket();
    const seen = (): string[] =>
      watching.events('global', 'module_changed').flatMap(({ payload: { id, state } }) => (id === 'cat' ? state : []));
    const toggles = (): boolean[] =>
      watching
        .events('global', 'plugin_toggled')
        .flatMap(({ payload: { plugin, enabled } }) => (plugin === 'cat' ? enabled : []));
    const cat = (says: string, migrations: string[], start = '') =>
      source('cat', {
        says,
        functions: `die: fn(write, () => process.exit(3)), ${lasting(says).functions}`,
        more: `migrations: ${JSON.stringify(migrations)}, ${start}`,
      });
    const slow = `async start({ folder }) { await gate(folder, 'started'); },`;

    save('cat', cat('one', ['CREATE TABLE a (x)'], slow));
    await becomes('cat', 'disabled');
    expect(await say('cat')).toEqual([404, 'module.disabled']);

    const enabling = admin.get<ModuleInfo>('modules/enable', { id: 'cat' });
    await until(() => existsSync(join(files('cat'), 'started-began')));
    expect((await house().info('cat')).state).toBe('loading');
    const early = await admin.call('cat/say');
    expect(codeOf(early)).toEqual([503, 'module.unavailable']);
    expect(early.headers.get('retry-after')).toBe('1');
    writeFileSync(join(files('cat'), 'started'), '');
    expect((await enabling).state).toBe('active');
    expect(await say('cat')).toEqual([200, 'one']);

    // A call that runs keeps the database from being copied: meanwhile it migrates, and calls wait.
    const held = admin.call('cat/hold');
    await until(() => existsSync(join(files('cat'), 'go-one-began')));
    save('cat', cat('two', ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']));
    await becomes('cat', 'migrating');
    const impatient = await admin.call('cat/say');
    expect(codeOf(impatient)).toEqual([503, 'module.unavailable']);
    expect(Number(impatient.headers.get('retry-after'))).toBeGreaterThan(0);
    const patient = say('cat');
    writeFileSync(join(files('cat'), 'go-one'), '');
    expect(codeOf(await held)).toEqual([200, 'one']);
    expect(await patient).toEqual([200, 'two']);

    expect(codeOf(await admin.call('cat/die'))).toEqual([502, 'module.crashed']);
    await becomes('cat', 'retrying');
    const waiting = await admin.call('cat/say');
    expect(codeOf(waiting)).toEqual([503, 'module.unavailable']);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let crash = 2; crash <= 3; crash++) {
      // The caller may hear of the end before the state does.
      await until(async () => (await say('cat'))[0] === 200);
      await admin.call('cat/die');
    }
    const { admin: about } = await becomes('cat', 'failed');
    expect(about?.reason).toContain('exit code 3');
    expect(await say('cat')).toEqual([503, 'module.failed']);
    const told = await until(async () => {
      for (const { id } of await admin.get<{ id: string }[]>('chat/listRooms')) {
        const { items } = await admin.get('chat/history', { roomId: id, limit: 50 });
        const line = items.find(({ body }: { body: { params?: { id?: string } } }) => body.params?.id === 'cat');
        if (line) return line;
      }
      return undefined;
    }, 'a line in a room of the admins');
    expect(told.body).toMatchObject({ kind: 'system', params: { title: 'Title of cat' } });

    expect(await admin.get<ModuleInfo>('modules/enable', { id: 'cat' })).toMatchObject({ state: 'active' });
    expect(await say('cat')).toEqual([200, 'two']);
    await admin.get('modules/disable', { id: 'cat' });
    expect(await say('cat')).toEqual([404, 'module.disabled']);
    await until(() => seen().at(-1) === 'disabled' && toggles().at(-1) === false);
    expect(seen().filter((state, at, all) => state !== all[at - 1])).toEqual([
      'disabled',
      ...['loading', 'active', 'migrating', 'active'],
      ...['retrying', 'active', 'retrying', 'active', 'failed'],
      ...['loading', 'active', 'disabled'],
    ]);
    expect(toggles()).toEqual([true, false]);
    await watching.close();
  });

  test('is left by its streams and sockets with a reason: come back after a reload, stay away when it is off', async () => {
    const { member, admin, save, start, files } = house();
    await start('host', source('host', lasting('one')));
    const open = async (by: string) => {
      const socket = await member.socket('host/echo');
      await until(() => socket.frames.length > 0);
      expect(socket.frames[0] as unknown).toEqual({ by });
      const events = await member.stream('host/count');
      await events.find('tick');
      return { socket, events };
    };
    const first = await open('one');
    save('host', source('host', { ...lasting('two'), says: 'two' }));
    expect(await first.socket.untilClosed()).toMatchObject({ code: 4005 });
    await first.events.untilClosed();
    expect(first.events.items.at(-1)).toMatchObject({ event: 'error', frame: { code: 'module.unavailable' } });
    await until(() => existsSync(join(files('host'), 'finally-one')));

    await says('host', 'two');
    const second = await open('two');
    await admin.get('modules/disable', { id: 'host' });
    expect(await second.socket.untilClosed()).toMatchObject({ code: 4504 });
    await second.events.untilClosed();
    expect(second.events.items.at(-1)).toMatchObject({ event: 'error', frame: { code: 'module.disabled' } });
    await until(() => existsSync(join(files('host'), 'finally-two')));
  });

  test('is switched in the page and by command while it is called: an answer or a refusal, nothing between', async () => {
    const { member, admin, start, command, info } = house();
    await start('flip', source('flip'));
    const answers = new Set<string>();
    const over = new AbortController();
    const callers = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) answers.add(codeOf(await member.call('flip/say')).join(' '));
    });
    for (let round = 0; round < 10; round++) {
      await admin.get('modules/disable', { id: 'flip' });
      expect(await say('flip')).toEqual([404, 'module.disabled']);
      await admin.get('modules/enable', { id: 'flip' });
      expect(await say('flip')).toEqual([200, 'one']);
    }
    expect(await command('module', 'disable', 'flip')).toMatchObject({ code: 0 });
    expect(await say('flip')).toEqual([404, 'module.disabled']);
    expect(await command('module', 'enable', 'flip')).toMatchObject({ code: 0 });
    expect(await say('flip')).toEqual([200, 'one']);
    over.abort();
    await Promise.all(callers);
    expect([...answers].toSorted()).toEqual(['200 one', '404 module.disabled', '503 module.unavailable']);
    const { admin: about } = await info('flip');
    expect(about?.instances).toHaveLength(1);
  });
});

test('a module that the command line makes answers as soon as it is switched on', async () => {
  const { member, command, becomes } = house();
  expect((await command('module', 'new', 'fresh')).code).toBe(0);
  await becomes('fresh', 'disabled');
  expect((await command('module', 'enable', 'fresh')).out).toContain('fresh');
  expect((await member.call('fresh/hello')).body).toMatchObject({ ok: true, data: { text: expect.any(String) } });
  expect((await command('module', 'list')).out).toMatch(/fresh.*active/);
  expect(await command('module', 'new', 'fresh')).toMatchObject({ code: 1, out: '' });
  for (const name of ['chat', '../out', 'Upper', ''])
    expect((await command('module', 'new', name)).code).toBeGreaterThan(0);
});

describe('instances', () => {
  test('are two where a module asks for them and is busy, and none when it has had nothing to do for long', async () => {
    const { admin, start, files, info, becomes } = house();
    const functions = `hold: fn(write, async (ctx) => { while (!existsSync(ctx.folder + '/go')) await ctx.sleep(3); return ok(process.pid); }),`;
    await start('many', source('many', { functions, more: 'limits: { instances: 2 },' }));
    await start('lazy', source('lazy', { more: 'limits: { idleSeconds: 1 },' }));
    const running = async () => (await info('many')).admin?.instances.map(({ running: busy }) => busy) ?? [];
    const held = [admin.get<number>('many/hold')];
    await until(async () => (await running())[0] === 1);
    held.push(admin.get<number>('many/hold'));
    await until(async () => (await running()).length === 2);
    held.push(admin.get<number>('many/hold'));
    await until(async () => (await running()).reduce((sum, busy) => sum + busy, 0) === 3);
    expect(await running()).toHaveLength(2);
    writeFileSync(join(files('many'), 'go'), '');
    expect(new Set(await Promise.all(held)).size).toBe(2);
    await becomes('lazy', ({ admin: about }) => about?.instances.length === 0);
    expect((await info('lazy')).state).toBe('active');
    expect(await say('lazy')).toEqual([200, 'one']);
  });

  test('with work that nobody called for are not idle: a schedule runs to its end', async () => {
    const { start, files, becomes, command } = house();
    const idle = 'limits: { idleSeconds: 1 },';
    const schedule = `{ everySeconds: 1, async run(ctx) { await gate(ctx.folder, 'go'); writeFileSync(ctx.folder + '/done', ''); } }`;
    await start('worker', source('worker', { more: `${idle} schedules: { long: ${schedule} },` }));
    await until(() => existsSync(join(files('worker'), 'go-began')));
    await start('idler', source('idler', { more: idle }));
    await becomes('idler', ({ admin }) => admin?.instances.length === 0);
    await becomes('worker', ({ admin }) => admin?.instances[0]?.running === 1);
    writeFileSync(join(files('worker'), 'go'), '');
    await until(() => existsSync(join(files('worker'), 'done')));
    expect((await command('module', 'disable', 'worker')).code).toBe(0);
  });
});
