import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStream } from '../support/feed-stream.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

const mortal = (more = '') => ({
  before: `
const functions = {
  die: fn({ access: 'guest', effect: 'write', summary: 'Ends the process.' }, () => process.exit(3)),
};`,
  more,
});

test.concurrent(
  'a module that crashes is started again; calls meanwhile are asked to wait, its sockets to come back',
  async () => {
    const { server, admin, start, becomes } = scene;
    await start(
      'phoenix',
      source(
        'phoenix',
        mortal(
          `sockets: { s: socket({ access: 'guest', summary: 'S.', receive: z.any(), send: z.any() }, { onMessage() {} }) },`,
        ),
      ),
    );
    const socket = await openSocket(
      `${server.url}ws/phoenix/s`,
      { authorization: `Bearer ${admin.token}` },
      { welcome: false },
    );
    await until(async () => (await scene.info('phoenix')).admin?.instances[0]?.running === 1);
    expect(await admin.call('phoenix/die')).toMatchObject({ status: 502, body: { error: { code: 'module.crashed' } } });
    expect(await socket.untilClosed()).toMatchObject({ code: 4005 });
    const { admin: about } = await becomes('phoenix', ({ state }) => state === 'retrying');
    expect(about?.reason).toContain('exit code 3');
    const waiting = await admin.call('phoenix/say');
    expect(waiting).toMatchObject({ status: 503, body: { error: { code: 'module.unavailable', retryable: true } } });
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    await becomes('phoenix', ({ state }) => state === 'active');
    expect(await admin.get('phoenix/say')).toEqual({ said: 'one' });
  },
);

test.concurrent('its log can be watched as it comes', async () => {
  const { server, admin, start } = scene;
  await start('talker', source('talker'));
  const log = await openStream(`${server.url}sse/modules/watchLog?id=talker`, {
    authorization: `Bearer ${admin.token}`,
  });
  await until(() => log.response.status === 200);
  await admin.get('modules/disable', { id: 'talker' });
  await until(() => log.items.length > 0);
  expect(log.items[0]).toMatchObject({ event: 'line', frame: { level: 'info', source: 'host', text: 'disabled' } });
  await log.leave();
});

test.concurrent(
  'the third crash in a row is the last one; the admins are told, and switching it on again gives it another chance',
  async () => {
    const { admin, start, becomes } = scene;
    await start('doomed', source('doomed', mortal()));
    for (let crash = 0; crash < 3; crash++) {
      await becomes('doomed', ({ state }) => state === 'active');
      await admin.call('doomed/die');
      // The answer may come before the crash is noticed: called again too soon, the same process would die once for two.
      await becomes('doomed', ({ state }) => state !== 'active');
    }
    const { admin: about } = await becomes('doomed', ({ state }) => state === 'failed');
    expect(about?.reason).toContain('again and again');
    expect(await admin.call('doomed/say')).toMatchObject({ status: 503, body: { error: { code: 'module.failed' } } });
    const told = await until(async () => {
      for (const { id } of await admin.get<{ id: string }[]>('chat/listRooms')) {
        const { items } = await admin.get('chat/history', { roomId: id });
        const line = items.find(({ body }: { body: { params?: { id?: string } } }) => body.params?.id === 'doomed');
        if (line) return line;
      }
      return undefined;
    });
    expect(told.body).toMatchObject({ kind: 'system', params: { id: 'doomed', title: 'Title of doomed' } });
    expect(await admin.get('modules/enable', { id: 'doomed' })).toMatchObject({ state: 'active' });
    expect(await admin.get('doomed/say')).toEqual({ said: 'one' });
  },
);

test.concurrent('a module whose start fails is tried again, and switched off in between it stays off', async () => {
  const { admin, start, becomes } = scene;
  const { state, admin: about } = await start(
    'sulking',
    source('sulking', { more: `start() { throw new Error('no database'); },` }),
  );
  expect(state).toBe('retrying');
  expect(about?.reason).toContain('no database');
  expect(await admin.get('modules/disable', { id: 'sulking' })).toMatchObject({ state: 'disabled' });
  await admin.get('modules/enable', { id: 'sulking' });
  await becomes('sulking', (info) => info.state === 'failed');
});

test.concurrent('an instance with nothing to do ends, and the next call starts one', async () => {
  const { admin, start, becomes } = scene;
  await start('lazy', source('lazy', { more: 'limits: { idleSeconds: 1 },' }));
  expect((await scene.info('lazy')).admin?.instances).toHaveLength(1);
  await becomes('lazy', ({ admin: inside }) => inside?.instances.length === 0);
  expect((await scene.info('lazy')).state).toBe('active');
  expect(await admin.get('lazy/say')).toEqual({ said: 'one' });
  expect((await scene.info('lazy')).admin?.instances).toHaveLength(1);
});

test.concurrent(
  'a module that asks for several instances gets them while it is busy, up to what it asked for',
  async () => {
    const { server, admin, start } = scene;
    const before = `
import { existsSync } from 'node:fs';
const functions = {
  hold: fn({ access: 'guest', effect: 'write', summary: 'Waits.', output: z.object({ pid: z.number() }) },
    async (ctx) => { while (!existsSync(ctx.folder + '/go')) await ctx.sleep(5); return ok({ pid: process.pid }); }),
};`;
    await start('many', source('many', { before, more: 'limits: { instances: 2 },' }));
    const instances = async () => (await scene.info('many')).admin?.instances ?? [];
    const first = admin.get<{ pid: number }>('many/hold');
    await until(async () => (await instances())[0]?.running === 1);
    const second = admin.get<{ pid: number }>('many/hold');
    await until(async () => (await instances()).length === 2);
    const third = admin.get<{ pid: number }>('many/hold');
    await until(async () => (await instances()).reduce((sum, { running }) => sum + running, 0) === 3);
    writeFileSync(join(server.data, 'module-data', 'many', 'files', 'go'), '');
    const done = await Promise.all([first, second, third]);
    expect(new Set(done.map(({ pid }) => pid)).size).toBe(2);
    expect(await instances()).toHaveLength(2);
  },
);

test.concurrent(
  'what hangs, takes all memory or floods its log ends alone: its neighbour goes on answering',
  async () => {
    const { admin, start, becomes } = scene;
    await start('neighbour', source('neighbour'));
    await start(
      'hog',
      source('hog', {
        before: `
const functions = {
  eat: fn({ access: 'guest', effect: 'write', summary: 'Eats.' },
    async (ctx) => { const all = []; for (;;) { all.push(Buffer.alloc(16 * 1024 * 1024, 1)); await ctx.sleep(1); } }),
};`,
        more: 'limits: { memory: 128 },',
      }),
    );
    const eating = admin.call('hog/eat');
    for (let n = 0; n < 20; n++) expect(await admin.get('neighbour/say')).toEqual({ said: 'one' });
    expect(await eating).toMatchObject({ status: 502, body: { error: { code: 'module.crashed' } } });
    const { admin: about } = await becomes('hog', ({ state }) => state === 'retrying');
    const log = await admin.get<{ text: string }[]>('modules/log', { id: 'hog' });
    expect(`${about?.reason} ${log.map(({ text }) => text).join(' ')}`).toContain('memory');
    expect(await admin.get('neighbour/say')).toEqual({ said: 'one' });
  },
);
