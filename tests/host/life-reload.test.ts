import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
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

const filesOf = (id: string) => join(scene.server.data, 'module-data', id, 'files');
const reasonOf = async (id: string) => (await scene.info(id)).admin?.reason;

/** Functions, streams and sockets that last until a test lets them go. */
const lasting = (version: string) => ({
  before: `
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const go = async (ctx, name) => {
  writeFileSync(join(ctx.folder, name + '-began'), '');
  while (!existsSync(join(ctx.folder, name))) await ctx.sleep(5);
};
const functions = {
  hold: fn({ access: 'guest', effect: 'write', summary: 'Waits.', output: z.object({ by: z.string() }) },
    async (ctx) => { await go(ctx, 'go'); return ok({ by: '${version}' }); }),
};`,
  more: `
  streams: {
    count: stream({ access: 'guest', summary: 'Counts.', events: { n: z.object({ n: z.number(), by: z.string() }) } },
      async function* (ctx) {
        try { for (let n = 0; ; n++) { yield { event: 'n', data: { n, by: '${version}' } }; await ctx.sleep(20); } }
        finally { writeFileSync(join(ctx.folder, 'finally-${version}'), ''); }
      }),
  },
  sockets: {
    room: socket({ access: 'guest', summary: 'Talks.', receive: z.object({ say: z.string() }), send: z.any() }, {
      onConnect(ctx, peer) { peer.join('all'); peer.send({ by: '${version}' }); },
      onMessage(ctx, peer, { say }) { ctx.sockets.broadcast('room', 'all', { said: say }); },
    }),
  },`,
});
const socketOf = (id: string) =>
  openSocket(`${scene.server.url}ws/${id}/room`, { authorization: `Bearer ${scene.admin.token}` }, { welcome: false });
const streamOf = (id: string) =>
  openStream(`${scene.server.url}sse/${id}/count`, { authorization: `Bearer ${scene.admin.token}` });

describe('a saved file', () => {
  test('is what answers, and what it imports counts as well', async () => {
    const { save, start } = scene;
    save('plain', `export const word = 'one';`, 'words.ts');
    const text = source('plain', { before: `import { word } from './words.ts';` }).replace('"one"', 'word');
    await start('plain', text);
    expect(await scene.answer('plain')).toBe('one');
    save('plain', `export const word = 'two';`, 'words.ts');
    await scene.says('plain', 'two');
    save('plain', source('plain', { says: 'three' }));
    await scene.says('plain', 'three');
    const { admin } = await scene.info('plain');
    expect(admin?.instances).toHaveLength(1);
  });

  test('of a package that it uses counts, too', async () => {
    const { save, start } = scene;
    const dependency = (text: string) => save('needs', `export const word = '${text}';`, 'node_modules/words/index.js');
    dependency('one');
    save(
      'needs',
      JSON.stringify({ name: 'words', version: '1.0.0', main: 'index.js', type: 'module' }),
      'node_modules/words/package.json',
    );
    await start('needs', source('needs', { before: `import { word } from 'words';` }).replace('"one"', 'word'));
    expect(await scene.answer('needs')).toBe('one');
    dependency('two');
    await scene.says('needs', 'two');
  });

  test('with a mistake leaves the old one at work, says what is wrong, and does so until it is mended', async () => {
    const { admin, save, start, becomes } = scene;
    await start('steady', source('steady'));
    save('steady', `${source('steady')} const = ;`);
    const { state } = await becomes('steady', ({ admin: inside }) => inside?.reason != null);
    expect(state).toBe('active');
    expect(await reasonOf('steady')).toContain('module.ts:');
    expect(await scene.answer('steady')).toBe('one');
    save('steady', source('steady', { more: `start() { throw new Error('no such luck'); },` }));
    await becomes('steady', ({ admin: inside }) => inside?.reason?.includes('no such luck') ?? false);
    expect(await scene.answer('steady')).toBe('one');
    const log = await admin.get<{ level: string; text: string }[]>('modules/log', { id: 'steady' });
    expect(log.filter(({ level, text }) => level === 'error' && text.includes('no such luck'))).not.toEqual([]);
    save('steady', source('steady', { says: 'mended' }));
    await scene.says('steady', 'mended');
    expect(await reasonOf('steady')).toBeNull();
  });

  test('of another module, hidden files and files of packages of others reload nothing', async () => {
    const { server, save, start } = scene;
    await start('quiet', source('quiet'));
    await start('busy', source('busy'));
    const pid = async () => (await scene.info('quiet')).admin?.instances[0]?.pid;
    const before = await pid();
    save('quiet', 'x', '.module.ts.swp');
    save('quiet', 'x', '.git/HEAD');
    save('busy', 'x', 'node_modules/other/index.js');
    writeFileSync(join(server.data, 'modules', 'notes.txt'), 'x');
    save('busy', source('busy', { says: 'again' }));
    await scene.says('busy', 'again');
    expect(await pid()).toBe(before);
  });

  test('is loaded again again and again without leaving anything behind', async () => {
    const { server, save, start } = scene;
    await start('often', source('often'));
    for (let round = 0; round < 8; round++) {
      save('often', source('often', { says: `round ${round}` }));
      await scene.says('often', `round ${round}`);
    }
    const copies = () => readdirSync(join(server.data, 'modules-run')).filter((name) => name.startsWith('often-'));
    await until(() => copies().length === 1);
  });
});

describe('what runs while a module is loaded again', () => {
  test('finishes where it is a call; streams end with an error that says come back, and sockets with 4005', async () => {
    const { admin, save, start } = scene;
    await start('swap', source('swap', lasting('one')));
    const held = admin.get('swap/hold');
    await until(() => readdirSync(filesOf('swap')).includes('go-began'));
    const socket = await socketOf('swap');
    await until(() => socket.frames.length === 1);
    socket.send({ say: 'hi' });
    await until(() => socket.frames.length === 2);
    expect(socket.frames as unknown[]).toEqual([{ by: 'one' }, { said: 'hi' }]);
    const events = await streamOf('swap');
    await until(() => events.items.length > 2);
    save('swap', source('swap', { ...lasting('two'), says: 'two' }));
    await scene.says('swap', 'two');
    expect(await socket.untilClosed()).toMatchObject({ code: 4005 });
    await events.untilClosed();
    expect(events.items.at(-1)).toMatchObject({
      event: 'error',
      frame: { code: 'module.unavailable', retryable: true },
    });
    writeFileSync(join(filesOf('swap'), 'go'), '');
    expect(await held).toEqual({ by: 'one' });
    await until(() => readdirSync(filesOf('swap')).includes('finally-one'));
    await until(async () => (await scene.info('swap')).admin?.instances.length === 1);
  });

  test('ends when it is switched off: calls with 404, streams with the reason, sockets with 4504', async () => {
    const { admin, start } = scene;
    await start('stop', source('stop', lasting('one')));
    const held = admin.call('stop/hold');
    await until(() => readdirSync(filesOf('stop')).includes('go-began'));
    const socket = await socketOf('stop');
    const events = await streamOf('stop');
    await until(() => events.items.length > 0 && socket.frames.length > 0);
    await admin.get('modules/disable', { id: 'stop' });
    expect(await socket.untilClosed()).toMatchObject({ code: 4504 });
    await events.untilClosed();
    expect(events.items.at(-1)).toMatchObject({ event: 'error', frame: { code: 'module.disabled' } });
    expect(await held).toMatchObject({ status: 404, body: { error: { code: 'module.disabled' } } });
    const response = await fetch(`${scene.server.url}ws/stop/room`, {
      headers: { authorization: `Bearer ${admin.token}`, upgrade: 'websocket', connection: 'upgrade' },
    });
    expect(response.status).toBe(404);
    await until(() => readdirSync(filesOf('stop')).includes('finally-one'));
  });

  test('a stream whose reader leaves runs its finally', async () => {
    await scene.start('left', source('left', lasting('one')));
    const events = await streamOf('left');
    await until(() => events.items.length > 1);
    await events.leave();
    await until(() => readdirSync(filesOf('left')).includes('finally-one'));
  });
});
