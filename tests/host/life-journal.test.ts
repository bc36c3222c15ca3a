import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '@shared/chat/schema.ts';
import { startSchedules } from '../../server/host/schedules.ts';
import { TestClock } from '../support/clock.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

const filesOf = (id: string) => join(scene.server.data, 'module-data', id, 'files');
/** Lines that a module has written to a file of its own. */
const written = (id: string, name = 'lines'): string[] => {
  const file = join(filesOf(id), name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};
const writes = `
import { appendFileSync, existsSync } from 'node:fs';
const write = (ctx, line, name = 'lines') => appendFileSync(ctx.folder + '/' + name, line + '\\n');
`;
let posted = 0;
const post = async (text: string, room?: Room) => {
  const [first] = await scene.admin.get<Room[]>('chat/listRooms');
  return scene.admin.get('chat/postMessage', { roomId: (room ?? first)?.id, clientId: `j-${++posted}`, text });
};

describe('a listener', () => {
  const listening = (more = '') =>
    source('ears', {
      before: writes,
      more: `permissions: ['chat:read'], limits: { idleSeconds: 1 },
  on: { chat_message: (ctx, { payload }) => { ${more} write(ctx, payload.body.text); } },`,
    });

  test('hears what happens in order, each once, also what happened while the server was off or the module asleep', async () => {
    const { server, start, becomes } = scene;
    await post('before it was on');
    await start('ears', listening());
    await post('one');
    await post('two');
    await until(() => written('ears').length === 2);
    await becomes('ears', ({ admin }) => admin?.instances.length === 0);
    await post('three');
    await until(() => written('ears').length === 3);
    await server.restart();
    await post('four');
    await until(() => written('ears').length === 4);
    expect(written('ears')).toEqual(['one', 'two', 'three', 'four']);
  });

  test('hears nothing of what happens while it is off', async () => {
    const { admin } = scene;
    await admin.get('modules/disable', { id: 'ears' });
    await post('not for you');
    await admin.get('modules/enable', { id: 'ears' });
    await post('five');
    await until(() => written('ears').length === 5);
    expect(written('ears').at(-1)).toBe('five');
  });

  test('hears nothing without the permission of whose event it is', async () => {
    const { admin } = scene;
    await admin.get('modules/enable', { id: 'ears', grant: [] });
    await post('secret');
    await admin.get('modules/enable', { id: 'ears', grant: ['chat:read'] });
    await post('six');
    await until(() => written('ears').includes('six'));
    expect(written('ears')).not.toContain('secret');
  });

  test('that fails gets the event again, and what comes after it after that', async () => {
    const { save, admin } = scene;
    save(
      'ears',
      listening(`if (payload.body.text === 'hard') {
        write(ctx, 'try', 'tries');
        if (!existsSync(ctx.folder + '/easy')) throw new Error('too hard'); }`),
    );
    await until(async () => {
      const log = await admin.get<{ text: string }[]>('modules/log', { id: 'ears' });
      await post(`probe ${log.length}`);
      return true;
    });
    await until(() => written('ears').some((line) => line.startsWith('probe')));
    await until(async () => (await post('hard')) && written('ears', 'tries').length > 0);
    await post('after');
    writeFileSync(join(filesOf('ears'), 'easy'), '');
    await until(() => written('ears').includes('after'));
    const lines = written('ears');
    expect(lines.indexOf('hard')).toBeGreaterThan(-1);
    expect(lines.indexOf('hard')).toBeLessThan(lines.indexOf('after'));
    expect(written('ears', 'tries').length).toBeGreaterThan(1);
  });
});

describe('a schedule', () => {
  test('wakes an instance, and a run that is not over is not begun again', async () => {
    const { start, becomes, admin } = scene;
    await start(
      'clockwork',
      source('clockwork', {
        before: writes,
        more: `limits: { idleSeconds: 1 },
  schedules: { tick: { everySeconds: 1, async run(ctx) {
    write(ctx, 'began'); while (existsSync(ctx.folder + '/hold')) await new Promise((go) => setImmediate(go)); write(ctx, 'ended'); } } },`,
      }),
    );
    await until(() => written('clockwork').filter((line) => line === 'ended').length >= 2);
    writeFileSync(join(filesOf('clockwork'), 'hold'), '');
    await until(async () => {
      const log = await admin.get<{ text: string }[]>('modules/log', { id: 'clockwork' });
      return log.some(({ text }) => text.includes('last run is not over'));
    });
    const lines = written('clockwork');
    expect(lines.at(-1)).toBe('began');
    for (let at = 1; at < lines.length; at++) expect(lines[at]).not.toBe(lines[at - 1]!);
    await admin.get('modules/disable', { id: 'clockwork' });
    await becomes('clockwork', ({ state }) => state === 'disabled');
  });

  test('comes when its clock says so, by cron or by seconds, and not after it was stopped', async () => {
    const clock = new TestClock(Date.UTC(2030, 0, 1, 0, 0, 30));
    const ran: string[] = [];
    const schedules = startSchedules({
      clock,
      schedules: {
        minutes: { cron: '*/5 * * * *', everySeconds: null },
        seconds: { cron: null, everySeconds: 90 },
        far: { cron: '0 0 1 3 *', everySeconds: null },
      },
      run: async (name) => void ran.push(`${name} ${(clock.now() / 1000) % 3600}`),
      skipped: () => {},
    });
    const pass = async (steps: number, ms: number) => {
      for (let step = 0; step < steps; step++) {
        clock.advance(ms);
        await Promise.resolve();
      }
    };
    await pass(10, 30_000);
    expect(ran).toEqual(['seconds 120', 'seconds 210', 'minutes 300', 'seconds 300']);
    ran.length = 0;
    // Longer than a timer of the runtime can wait.
    await pass(59 * 24, 3600_000);
    expect(ran.filter((line) => line.startsWith('far'))).toHaveLength(1);
    schedules.stop();
    ran.length = 0;
    clock.advance(3600_000);
    expect([ran, clock.pending]).toEqual([[], 0]);
  });
});

describe('what a module does in Hearth', () => {
  const acting = source('agent', {
    before: `
const call = (access) => fn({ access, effect: 'write', summary: 'Calls.', input: z.object({ module: z.string(), name: z.string(), input: z.record(z.string(), z.any()).default({}) }), output: z.any() },
  async (ctx, { module, name, input }) => ok(await ctx.hearth.call(module, name, input)));
const functions = { call: call('guest'), open: call('public') };`,
    more: `permissions: ['chat:write', 'people:read', 'hub:write', 'modules:write', 'auth:write'],
  sockets: { live: socket({ access: 'guest', summary: 'L.', receive: z.object({ n: z.number() }), send: z.any() }, {
    onConnect(ctx, peer) { peer.join('r'); },
    onMessage(ctx, peer, { n }) { if (n < 0) peer.close(4567, 'negative'); else ctx.sockets.broadcast('live', 'r', { n, by: ctx.user.name }); },
  }) },
  commands: { shout: { description: 'Shouts', run: (ctx, { text }) => ok(text.toUpperCase()) } },`,
  });

  test('is bounded by what it was granted and by what its caller may', async () => {
    const { server, admin, start } = scene;
    await start('agent', acting);
    const guest = await server.join('Gus', 'guest');
    const ask = async (who: { call: typeof server.call }, module: string, name: string, input = {}, path = 'call') =>
      (await who.call(`agent/${path}`, { module, name, input })).body;
    expect(await ask(admin, 'people', 'list')).toMatchObject({ data: { ok: true } });
    // Granted, but the guest may not; asked for, but never given to modules; not asked for.
    for (const [who, module, name, code] of [
      [guest, 'chat', 'createRoom', 'auth.forbidden'],
      [admin, 'modules', 'disable', 'module.scope_missing'],
      [admin, 'auth', 'endSession', 'module.scope_missing'],
      [admin, 'chat', 'listRooms', 'module.scope_missing'],
      [admin, 'people', 'inviteQr', 'request.http_only'],
      [admin, 'nothing', 'at', 'request.not_found'],
    ] as const)
      expect([module, name, await ask(who, module, name, { name: 'Room', kind: 'public' })]).toMatchObject([
        module,
        name,
        { data: { ok: false, error: { code } } },
      ]);
    const made = await ask(admin, 'chat', 'createRoom', { name: 'Made by a module', kind: 'public' });
    expect(made).toMatchObject({ data: { ok: true } });
    // A stranger's call gives the module nobody's rights, not its own either.
    for (const [module, name] of [
      ['people', 'list'],
      ['chat', 'createRoom'],
    ] as const)
      expect(await ask(server, module, name, { name: 'X', kind: 'public' }, 'open')).toMatchObject({
        data: { ok: false, error: { code: 'auth.unauthenticated' } },
      });
  });

  test('a socket handler sends to rooms, refuses what its schema refuses, and may close with codes of its own', async () => {
    const { server, admin } = scene;
    const open = () =>
      openSocket(`${server.url}ws/agent/live`, { authorization: `Bearer ${admin.token}` }, { welcome: false });
    const [a, b] = [await open(), await open()];
    await until(async () => (await scene.info('agent')).admin?.instances[0]?.running === 2);
    a.send({ n: 1 });
    await until(() => b.frames.length === 1 && a.frames.length === 1);
    expect(b.frames as unknown[]).toEqual([{ n: 1, by: 'Ada' }]);
    a.send({ n: 'one' });
    await until(() => a.frames.length === 2);
    expect(a.frames[1] as unknown).toMatchObject({ event: 'error', payload: { code: 'request.invalid' } });
    a.send({ n: -1 });
    expect(await a.untilClosed()).toEqual({ code: 4567, reason: 'negative' });
    b.send({ n: 2 });
    await until(() => b.frames.length === 2);
    await b.close();
    await until(async () => (await scene.info('agent')).admin?.instances[0]?.running === 0);
  });

  test('a command answers whoever is in the room, and nobody else', async () => {
    const { server, admin } = scene;
    const member = await server.join('Mia');
    const room = await admin.get<Room>('chat/createRoom', { name: 'Hidden', kind: 'private' });
    const command = (who: typeof admin, roomId: string, name = 'shout') =>
      who.call('modules/runCommand', { roomId, command: name, text: 'hey' });
    expect(await command(admin, room.id)).toMatchObject({ status: 200, body: { data: { reply: 'HEY' } } });
    expect(await command(member, room.id)).toMatchObject({
      status: 404,
      body: { error: { code: 'chat.room_not_found' } },
    });
    expect(await command(admin, room.id, 'whisper')).toMatchObject({
      status: 404,
      body: { error: { code: 'module.command_not_found' } },
    });
    const open = (await member.get<Room[]>('chat/listRooms'))[0]!;
    expect(await command(member, open.id)).toMatchObject({ status: 200, body: { data: { reply: 'HEY' } } });
  });

  test('its functions stand in the API description while it is on, with their schemas', async () => {
    const { server, admin } = scene;
    const paths = async () =>
      ((await (await fetch(`${server.url}api/openapi.json`)).json()) as { paths: Record<string, any> }).paths;
    const { post: described } = (await paths())['/api/agent/call'];
    expect(described.requestBody.content['application/json'].schema.properties).toMatchObject({
      module: { type: 'string' },
    });
    await admin.get('modules/disable', { id: 'agent' });
    expect((await paths())['/api/agent/call']).toBeUndefined();
  });

  test('schemas that are part of themselves lead to what is there in the API description', async () => {
    const { server, start } = scene;
    const before = `
const Tree = z.object({ name: z.string(), get kids() { return z.array(Tree); } });
const Named = z.object({ a: z.string() }).meta({ id: 'Some/~name' });
const functions = {
  tree: fn({ access: 'guest', effect: 'read', summary: 'Trees.', input: z.object({ tree: Tree, named: Named }), output: Tree },
    (ctx, { tree }) => ok(tree)),
};`;
    expect(await start('forest', source('forest', { before }))).toMatchObject({ state: 'active' });
    const text = await (await fetch(`${server.url}api/openapi.json`)).text();
    const references = [...new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to))];
    expect(references.filter((to) => to.includes('forest')).length).toBeGreaterThan(2);
    // The document is part of no schema.
    expect(references).not.toContain('#');
    for (const to of references) {
      const steps = to.split('/').slice(1);
      const plain = steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
      const found = plain.reduce<any>((within, step) => within?.[step], JSON.parse(text));
      expect([to, typeof found]).toEqual([to, 'object']);
    }
  });
});
