import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
let admin: Person;
beforeAll(async () => {
  scene = await lifeScene();
  admin = scene.admin;
  await scene.start(
    'counter',
    source('counter', {
      before: `
import { existsSync, writeFileSync } from 'node:fs';
const write = (more) => ({ access: 'guest', effect: 'write', summary: 'Counts.', ...more });
const input = z.object({ by: z.string() });
const count = ({ db }, by) => db.query('INSERT INTO counts (by) VALUES (?) RETURNING rowid AS n').get(by).n;
const functions = {
  add: fn(write({ input, output: z.object({ n: z.number(), key: z.string().nullable() }) }),
    (ctx, { by }) => ok({ n: count(ctx, by), key: ctx.key ?? null })),
  open: fn(write({ access: 'public', input, output: z.object({ n: z.number() }) }), (ctx, { by }) => ok({ n: count(ctx, by) })),
  page: fn(write({ input, output: 'html' }), (ctx, { by }) => ok({ kind: 'html', html: String(count(ctx, by)) })),
  slow: fn(write({ input, output: z.object({ n: z.number() }) }), async (ctx, { by }) => {
    writeFileSync(ctx.folder + '/began', '');
    while (!existsSync(ctx.folder + '/go')) await ctx.sleep(5);
    return ok({ n: count(ctx, by) });
  }),
  fragile: fn(write({ input, output: z.object({ n: z.number() }) }), (ctx, { by }) => {
    const n = count(ctx, by);
    if (!existsSync(ctx.folder + '/failed')) {
      writeFileSync(ctx.folder + '/failed', '');
      throw new Error('not this time');
    }
    return ok({ n });
  }),
  dies: fn(write({ output: z.object({ n: z.number() }) }), (ctx) => {
    const { changes } = ctx.db.run('INSERT OR IGNORE INTO done VALUES (?, ?)', [ctx.user.id, ctx.key]);
    if (changes > 0) process.exit(3);
    return ok({ n: ctx.db.query('SELECT count(*) AS n FROM done').get().n });
  }),
  of: fn({ access: 'guest', effect: 'read', summary: 'Tells.', input, output: z.number() },
    (ctx, { by }) => ok(ctx.db.query('SELECT count(*) AS n FROM counts WHERE by = ?').get(by).n)),
};`,
      more: `migrations: ['CREATE TABLE counts (by TEXT)', 'CREATE TABLE done (caller TEXT, key TEXT, UNIQUE (caller, key))'],`,
    }),
  );
});
afterAll(() => scene.stop());

const keyed = (who: Person, name: string, input: object, key: string) =>
  who.call(`counter/${name}`, input, { 'idempotency-key': key });
/** The data of an answer; undefined where it failed. */
const told = async (answer: ReturnType<Person['call']>): Promise<unknown> => {
  const { body } = await answer;
  return body.ok ? body.data : undefined;
};
const countsOf = (by: string) => admin.get<number>('counter/of', { by });

test('a call that is repeated with its key gets the first answer and has its effect once, also after a restart', async () => {
  const again = () => told(keyed(admin, 'add', { by: 'again' }, 'one'));
  const first = await again();
  expect(first).toEqual({ n: expect.any(Number), key: 'one' });
  expect(await again()).toEqual(first);
  expect(await countsOf('again')).toBe(1);
  await scene.server.restart();
  await until(async () => (await admin.call('counter/say')).status === 200);
  expect(await again()).toEqual(first);
  expect(await countsOf('again')).toBe(1);
  expect(await told(admin.call('counter/add', { by: 'again' }))).toMatchObject({ key: null });
  expect(await countsOf('again')).toBe(2);
});

test('a key is its caller’s, for one function and input', async () => {
  await keyed(admin, 'add', { by: 'mine' }, 'two');
  for (const [name, input] of [
    ['add', { by: 'other' }],
    ['slow', { by: 'mine' }],
  ] as const)
    expect(await keyed(admin, name, input, 'two')).toMatchObject({
      status: 409,
      body: { error: { code: 'request.idempotency_conflict' } },
    });
  const ben = await scene.server.join('Ben');
  expect(await keyed(ben, 'add', { by: 'mine' }, 'two')).toMatchObject({ status: 200 });
  expect(await countsOf('mine')).toBe(2);
});

test('calls with one key at once wait for the first of them', async () => {
  const calls = Array.from({ length: 5 }, () => told(keyed(admin, 'slow', { by: 'race' }, 'three')));
  const files = join(scene.server.data, 'module-data', 'counter', 'files');
  await until(() => existsSync(join(files, 'began')));
  writeFileSync(join(files, 'go'), '');
  const [first, ...others] = await Promise.all(calls);
  expect(first).toEqual({ n: expect.any(Number) });
  expect(others).toEqual(others.map(() => first));
  expect(await countsOf('race')).toBe(1);
});

test('failures, pages and what strangers sent are not remembered', async () => {
  const failing = async () => (await keyed(admin, 'fragile', { by: 'fragile' }, 'four')).status;
  expect([await failing(), await failing(), await failing()]).toEqual([500, 200, 200]);
  expect(await countsOf('fragile')).toBe(2);
  await keyed(admin, 'page', { by: 'page' }, 'five');
  await keyed(admin, 'page', { by: 'page' }, 'five');
  expect(await countsOf('page')).toBe(2);
  for (let time = 0; time < 2; time++)
    await fetch(`${scene.server.url}api/counter/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'six' },
      body: JSON.stringify({ by: 'open' }),
    });
  expect(await countsOf('open')).toBe(2);
});

test('a module that dies between its effect and its answer finds the key again', async () => {
  expect(await keyed(admin, 'dies', {}, 'seven')).toMatchObject({ status: 502 });
  expect(await until(() => told(keyed(admin, 'dies', {}, 'seven')))).toEqual({ n: 1 });
});
