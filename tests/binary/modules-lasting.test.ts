import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { isAlive } from './footprint.ts';
import { openHouse, sharedHouse } from './module-house.ts';
import { lasting, source } from './module-sources.ts';

setDefaultTimeout(120_000);

const RELOADS = Number(process.env.HEARTH_RELOADS ?? 200);

let roomId: string;
const house = sharedHouse(async ({ admin, member }) => {
  ({ id: roomId } = await admin.get<{ id: string }>('chat/createRoom', { name: 'Lobby', kind: 'public' }));
  await member.get('chat/joinRoom', { roomId });
});

const post = (text: string) => house().member.get('chat/postMessage', { roomId, clientId: crypto.randomUUID(), text });

/** Hears of messages and writes them down; waits before those that say so until it may go on. */
const ear = `permissions: ['chat:read'],
  on: {
    async chat_message(ctx, { payload }) {
      const text = String(payload.body.text);
      if (text.startsWith('wait')) await gate(ctx.folder, 'go');
      const heard = ctx.folder + '/heard';
      writeFileSync(heard, (existsSync(heard) ? readFileSync(heard, 'utf8') : '') + text + '\\n');
    },
  },`;
const withEar = `import { readFileSync } from 'node:fs';`;
const heardBy = (id: string): string[] => {
  const path = join(house().files(id), 'heard');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
};

describe('modules that are saved again and again', () => {
  test(`leave nothing behind in ${RELOADS} reloads: no memory, descriptor, process, socket or copy`, async () => {
    const { admin, member, save, says, start, footprint } = house();
    const ids = ['often', 'oftener', 'oftenest', 'ever'];
    const version = (id: string, says: string) => {
      const { functions, more } = lasting(says);
      const own = `${ear} schedules: { tick: { everySeconds: 1, run() {} } },`;
      return source(id, { says, functions, before: withEar, more: `${more} ${own}` });
    };
    for (const id of ids) await start(id, version(id, '0'));
    const reload = async (id: string, round: number): Promise<void> => {
      const socket = await member.socket(`${id}/echo`);
      const events = await member.stream(`${id}/count`);
      save(id, version(id, String(round)));
      await says(id, String(round));
      expect((await socket.untilClosed()).code).toBe(4005);
      await events.untilClosed();
    };
    const reloads = (from: number, to: number) =>
      Promise.all(
        ids.map(async (id) => {
          for (let round = from; round <= to; round++) await reload(id, round);
        }),
      );
    const settled = () =>
      until(() => {
        const seen = footprint();
        return seen.children.length === ids.length && seen.copies.length === ids.length ? seen : undefined;
      }, 'a process and a copy of each');
    await reloads(1, 5);
    const before = await settled();
    await reloads(6, 5 + RELOADS / ids.length);
    const after = await settled();
    expect(after).toMatchObject({ listeners: before.listeners, sockets: before.sockets });
    expect(after.descriptors - before.descriptors).toBeLessThan(10);
    expect(after.resident - before.resident).toBeLessThan(48);
    for (const id of ids) await admin.get('modules/disable', { id });
    await until(() => footprint().children.length === 0 && footprint().copies.length === 0);
  });
});

describe('work that nobody waits for', () => {
  test('and that never ends holds back neither calls nor another module’s', async () => {
    const { member, start, files } = house();
    const stuck = `limits: { callTimeout: 300, idleSeconds: 1 }, permissions: ['chat:read'],
  on: { chat_message: () => new Promise(() => {}) },
  schedules: { never: { everySeconds: 1, async run(ctx) { writeFileSync(ctx.folder + '/ticked', ''); await new Promise(() => {}); } } },`;
    await start('stuck', source('stuck', { more: stuck }));
    await start('listens', source('listens', { more: ear, before: withEar }));
    for (const text of ['a', 'b', 'c']) await post(text);
    await until(() => heardBy('listens').join('') === 'abc');
    await until(() => existsSync(join(files('stuck'), 'ticked')));
    expect((await member.call('stuck/say')).status).toBe(200);
    await house().admin.get('modules/disable', { id: 'stuck' });
    await house().admin.get('modules/disable', { id: 'listens' });
  });
});

describe('two modules under load', () => {
  test('are not noticed in the chat beside them: each message comes once, in order', async () => {
    const { admin, member, start } = house();
    const busy = source('busy', {
      functions: `work: fn(read, () => { let sum = 0; for (let n = 0; n < 2e6; n++) sum += n; return ok(sum); }),`,
    });
    await start('busy', busy);
    await start('lively', source('lively', lasting('one')));
    const reading = await admin.socket();
    const writing = await member.socket();
    const load = new AbortController();
    let calls = 0;
    const loads = Array.from({ length: 8 }, async (_, n) => {
      for (; !load.signal.aborted; calls++) await admin.get(n % 2 === 0 ? 'busy/work' : 'lively/say');
    });
    const streams = await Promise.all([1, 2].map(() => member.stream('lively/count')));
    const texts = Array.from({ length: 300 }, (_, n) => `message ${n}`);
    for (const [n, text] of texts.entries())
      writing.send({
        event: 'chat_message',
        channel: `room:${roomId}`,
        payload: { clientId: `load-${n}`, text },
        id: `m${n}`,
      });
    const got = () =>
      reading
        .events(`room:${roomId}`, 'chat_message')
        .map(({ payload }) => payload.body.text as string)
        .filter((text) => text.startsWith('message'));
    await until(
      () => got().length >= texts.length,
      () => `${got().length} messages`,
    );
    const answered = calls;
    await until(() => calls > answered + 20);
    load.abort();
    await Promise.all(loads);
    expect(got()).toEqual(texts);
    for (const stream of streams)
      expect(stream.items.map(({ frame }: any) => frame.n)).toEqual(stream.items.map((_, n) => n));
    await Promise.all([...streams.map((stream) => stream.leave()), reading.close(), writing.close()]);
    for (const id of ['busy', 'lively']) await admin.get('modules/disable', { id });
  });
});

describe('a large database', () => {
  test('is copied and migrated while everybody else goes on', async () => {
    const { member, start, save, admin, becomes } = house();
    const fill = `fill: fn(write, ({ db }) => {
      db.transaction(() => { for (let n = 0; n < 2000; n++) db.run('INSERT INTO t VALUES (randomblob(50000))'); })();
      return ok(null);
    }),`;
    const large = (says: string, migrations: string[]) =>
      source('large', { says, functions: fill, more: `migrations: ${JSON.stringify(migrations)},` });
    await start('large', large('one', ['CREATE TABLE t (x)']));
    await start('small', source('small'));
    await admin.get('large/fill');
    const watching = await member.socket();
    const wasTold = (state: string): boolean =>
      watching
        .events('global', 'module_changed')
        .some(({ payload }) => payload.id === 'large' && payload.state === state);
    save('large', large('two', ['CREATE TABLE t (x)', 'CREATE TABLE u (x)']));
    await until(() => wasTold('migrating'));
    let answers = 0;
    for (; !wasTold('active'); answers++) await member.get('small/say');
    expect(answers).toBeGreaterThan(100);
    await house().says('large', 'two');
    expect((await becomes('large', 'active')).admin?.reason).toBeNull();
    await watching.close();
    for (const id of ['large', 'small']) await admin.get('modules/disable', { id });
  });
});

describe('a server that is killed', () => {
  test('takes its modules with it, also one in an endless loop, and starts again what was on; listeners miss nothing', async () => {
    const { admin, start, files, info, footprint, becomes } = house();
    await start('hears', source('hears', { more: ear, before: withEar }));
    await start('spins', source('spins', { functions: 'spin: fn(write, () => { for (;;); }),' }));
    await start('off', source('off'));
    await admin.get('modules/disable', { id: 'off' });
    await post('first');
    await post('wait here');
    await post('last');
    await until(() => existsSync(join(files('hears'), 'go-began')));
    const spinning = admin.call('spins/spin').catch(() => undefined);
    await until(async () => (await info('spins')).admin?.instances[0]?.running === 1);
    const children = await until(() => (footprint().children.length === 2 ? footprint().children : undefined));
    await house().restart('SIGKILL', async () => {
      await until(() => !children.some(isAlive));
      writeFileSync(join(files('hears'), 'go'), '');
    });
    await spinning;
    for (const id of ['hears', 'spins']) await becomes(id, 'active');
    expect((await info('off')).state).toBe('disabled');
    expect(await house().say('spins')).toEqual([200, 'one']);
    await post('after');
    await until(() => heardBy('hears').at(-1) === 'after');
    expect(heardBy('hears').filter((text, at, all) => text !== all[at - 1])).toEqual([
      'first',
      'wait here',
      'last',
      'after',
    ]);
    const { sockets, copies } = footprint();
    expect(sockets).toHaveLength(1);
    expect(copies.toSorted()).toEqual([expect.stringMatching(/^hears-\d+$/), expect.stringMatching(/^spins-\d+$/)]);
    // An end in order leaves nothing at all.
    await house().restart('SIGTERM', () => {
      for (const folder of ['.m', 'modules-run']) expect(readdirSync(join(house().data, folder))).toEqual([]);
    });
  });
});

test('a file in the place of the folder of modules stops no server', async () => {
  await using other = await openHouse({ before: (data) => writeFileSync(join(data, 'modules'), '') });
  expect(other.hearth.output()).toContain('the folder of modules cannot be made');
  expect(await other.admin.get('modules/enable', { id: 'hello' })).toMatchObject({ state: 'active' });
});

/** Only root can become somebody who may not write. */
describe.if(process.getuid?.() === 0)('where the folder of modules may not be written', () => {
  const nobody = 65_534;
  const lay = (mode: number) => (data: string) => {
    mkdirSync(join(data, 'modules', 'given'), { recursive: true });
    writeFileSync(join(data, 'modules', 'given', 'module.ts'), source('given'));
    for (const path of ['modules/given/module.ts', 'modules/given']) chmodSync(join(data, path), 0o755);
    chmodSync(join(data, 'modules'), mode);
    if (mode === 0) chownSync(join(data, 'modules'), 0, 0);
  };

  test('its modules run, and a new one cannot be made, in clear words', async () => {
    await using other = await openHouse({ user: nobody, before: lay(0o555) });
    await other.becomes('given', 'disabled');
    expect(await other.admin.get('modules/enable', { id: 'given' })).toMatchObject({ state: 'active' });
    const { code, out, err } = await other.command('module', 'new', 'another');
    expect([code, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(join(other.data, 'modules'));
    expect(err).not.toContain('    at ');
  });

  test('or read: the server runs without them and says so', async () => {
    await using other = await openHouse({ user: nobody, before: lay(0) });
    expect((await other.admin.get<{ id: string }[]>('modules/list')).map(({ id }) => id)).toContain('hello');
    expect(other.hearth.output()).toContain('the folder of modules cannot be read');
    expect(await other.admin.get('modules/enable', { id: 'hello' })).toMatchObject({ state: 'active' });
  });
});
