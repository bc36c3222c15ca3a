import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync } from 'node:fs';
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

describe('a database', () => {
  const migrated = (version: string, migrations: string[], more = '') =>
    source('store', {
      says: version,
      before: `
const functions = {
  add: fn({ access: 'guest', effect: 'write', summary: 'Adds.', input: z.object({ text: z.string() }) },
    (ctx, { text }) => { ctx.db.query('INSERT INTO notes (text) VALUES (?)').run(text); return ok(); }),
  all: fn({ access: 'guest', effect: 'read', summary: 'Lists.', output: z.array(z.record(z.string(), z.any())) },
    (ctx) => ok(ctx.db.query('SELECT * FROM notes ORDER BY rowid').all())),
};`,
      more: `migrations: ${JSON.stringify(migrations)}, ${more}`,
    });
  const one = 'CREATE TABLE notes (text TEXT NOT NULL)';
  const two = `ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 5`;

  test('is migrated when a newer version is saved, and calls in between lose nothing', async () => {
    const { admin, start, save, server } = scene;
    await start('store', migrated('one', [one]));
    let count = 0;
    const failed: unknown[] = [];
    const done = new AbortController();
    const writing = (async () => {
      while (!done.signal.aborted) {
        const { status, body } = await admin.call('store/add', { text: `note ${count}` });
        if (status === 200) count++;
        else failed.push(body);
      }
    })();
    await until(() => count > 5);
    save('store', migrated('two', [one, two]));
    await scene.says('store', 'two');
    const then = count;
    await until(() => count > then + 5);
    done.abort();
    await writing;
    expect(failed).toEqual([]);
    const all = await admin.get<{ text: string; stars: number }[]>('store/all');
    expect(all.map(({ text }) => text)).toEqual(Array.from({ length: count }, (_, n) => `note ${n}`));
    expect(all[0]?.stars).toBe(5);
    const databases = () =>
      readdirSync(join(server.data, 'module-data', 'store')).filter((name) => name.endsWith('.sqlite'));
    save('store', migrated('three', [one, two]));
    await scene.says('store', 'three');
    expect(databases()).toContain('db-2.sqlite');
  });

  test('stays as it is when a migration fails or the migrated version does not start, and the old one goes on', async () => {
    const { admin, save, becomes, server } = scene;
    const before = await admin.get<unknown[]>('store/all');
    for (const [bad, told] of [
      [migrated('bad', [one, two, 'ALTER TABLE nothing ADD COLUMN x']), 'nothing'],
      [migrated('bad', [one, two, 'DELETE FROM notes'], `start() { throw new Error('not today'); },`), 'not today'],
    ] as const) {
      save('store', bad);
      const { state } = await becomes(
        'store',
        ({ admin: inside, state: now }) => now === 'active' && !!inside?.reason?.includes(told),
      );
      expect(state).toBe('active');
      expect(await scene.answer('store')).toBe('three');
      expect(await admin.get<unknown[]>('store/all')).toEqual(before);
    }
    await admin.get('store/add', { text: 'goes on' });
    expect(readdirSync(join(server.data, 'module-data', 'store'))).not.toContain('db-3.sqlite');
    save('store', migrated('four', [one, two, `DELETE FROM notes WHERE text <> 'goes on'`]));
    await scene.says('store', 'four');
    expect(await admin.get<unknown[]>('store/all')).toEqual([{ text: 'goes on', stars: 5 }]);
  });

  test('holds what streams, sockets and `stop` of the old version wrote before it was migrated, to the last row', async () => {
    const { admin, server, start, save, becomes } = scene;
    const keeper = (says: string, migrations: string[], more = '') =>
      source('keeper', {
        says,
        before: `
const write = ({ db }, text) => db.query('INSERT INTO rows (text) VALUES (?)').run(text);
const functions = {
  rows: fn({ access: 'guest', effect: 'read', summary: 'Lists.', output: z.array(z.string()) },
    (ctx) => ok(ctx.db.query('SELECT text FROM rows ORDER BY rowid').all().map(({ text }) => text))),
};`,
        more: `migrations: ${JSON.stringify(migrations)}, stop(ctx) { write(ctx, 'stop ${says}'); },
  streams: {
    writes: stream({ access: 'guest', summary: 'Writes.', events: { wrote: z.object({ text: z.string() }) } },
      async function* (ctx) {
        try {
          for (let n = 0; ; n++) {
            const text = '${says} ' + n;
            write(ctx, text);
            yield { event: 'wrote', data: { text } };
            await ctx.sleep(1);
          }
        } finally { await Bun.file(ctx.folder + '/none').exists(); write(ctx, 'finally ${says}'); }
      }),
  },
  sockets: {
    talk: socket({ access: 'guest', summary: 'Writes.', receive: z.any(), send: z.any() }, {
      onConnect(ctx, peer) { peer.send({}); },
      onMessage() {},
      onDisconnect(ctx) { write(ctx, 'gone ${says}'); },
    }),
  }, ${more}`,
      });
    const tables = 'CREATE TABLE rows (text TEXT NOT NULL)';
    const as = { authorization: `Bearer ${admin.token}` };
    const watch = async () => {
      const events = await openStream(`${server.url}sse/keeper/writes`, as);
      await until(() => events.items.length > 5);
      return events;
    };
    const rows = () => admin.get<string[]>('keeper/rows');
    const told = ({ items }: { items: readonly { event: string; frame: unknown }[] }) =>
      items.flatMap(({ event, frame }) => (event === 'wrote' ? (frame as { text: string }).text : []));

    await start('keeper', keeper('one', [tables]));
    const refused = await watch();
    save('keeper', keeper('bad', [tables, 'DELETE FROM nothing']));
    await becomes('keeper', ({ admin: inside }) => !!inside?.reason?.includes('nothing'));
    const before = refused.items.length;
    await until(() => refused.items.length > before + 5);
    expect(refused.items.map(({ event }) => event)).not.toContain('error');

    const socket = await openSocket(`${server.url}ws/keeper/talk`, as, { welcome: false });
    await until(() => socket.frames.length > 0);
    save('keeper', keeper('sad', [tables, 'DELETE FROM rows'], `start() { throw new Error('not today'); },`));
    await becomes(
      'keeper',
      ({ state, admin: inside }) => state === 'active' && !!inside?.reason?.includes('not today'),
    );
    await refused.untilClosed();
    expect(refused.items.at(-1)).toMatchObject({
      event: 'error',
      frame: { code: 'module.unavailable', retryable: true },
    });
    expect(await socket.untilClosed()).toMatchObject({ code: 4005 });
    expect(await scene.answer('keeper')).toBe('one');
    const kept = await rows();
    expect(kept).toEqual(expect.arrayContaining([...told(refused), 'finally one', 'gone one', 'stop one']));

    const last = await watch();
    save('keeper', keeper('two', [tables, `ALTER TABLE rows ADD COLUMN more`]));
    await scene.says('keeper', 'two');
    await last.untilClosed();
    const written = (await rows()).slice(kept.length);
    expect(written).toEqual(expect.arrayContaining([...told(last), 'finally one']));
    expect(written.at(-1)).toBe('stop one');
  });

  test('is the same after a restart, and what older versions left is gone', async () => {
    const { admin, server } = scene;
    await server.restart();
    await scene.says('store', 'four');
    expect(await admin.get<unknown[]>('store/all')).toEqual([{ text: 'goes on', stars: 5 }]);
    const left = readdirSync(join(server.data, 'module-data', 'store')).filter((name) => name.endsWith('.sqlite'));
    expect(left).toEqual(['db-3.sqlite']);
  });
});
