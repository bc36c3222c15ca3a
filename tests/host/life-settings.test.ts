import type { ModuleInfo } from '@shared/modules/schema.ts';
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

const SECRET = 'xyzzy-very-secret-token';

const settable = (id: string) =>
  source(id, {
    before: `
const functions = {
  shows: fn({ access: 'admin', effect: 'read', summary: 'Shows.', output: z.record(z.string(), z.any()) },
    (ctx) => ok({ ...ctx.settings, token: ctx.settings.token?.length ?? null })),
  tells: fn({ access: 'admin', effect: 'write', summary: 'Logs.' }, (ctx) => { ctx.log.info('token', ctx.settings.token); return ok(); }),
};`,
    more: `settings: z.object({
      city: z.string().min(2).default('Bonn'),
      days: z.number().int().max(7).optional(),
      token: secret(z.string().min(5)).optional(),
    }),`,
  });

const update = (id: string, values: object) => scene.admin.call('modules/updateSettings', { id, values });

test('settings have their schema and defaults, change at once, and are the same after a restart', async () => {
  const { server, admin, start, becomes } = scene;
  await start('weather', settable('weather'));
  const before = await admin.get('modules/settings', { id: 'weather' });
  expect(before.schema.properties).toMatchObject({ city: { type: 'string' }, token: { 'x-secret': true } });
  expect([before.values, before.secrets]).toEqual([{}, { token: 'empty' }]);
  expect(await admin.get('weather/shows')).toEqual({ city: 'Bonn', token: null });
  expect(await update('weather', { city: 'Köln', days: 3 })).toMatchObject({
    status: 200,
    body: { data: { values: { city: 'Köln', days: 3 } } },
  });
  expect(await admin.get('weather/shows')).toEqual({ city: 'Köln', days: 3, token: null });
  await update('weather', { days: null });
  expect(await admin.get('weather/shows')).toEqual({ city: 'Köln', token: null });
  await server.restart();
  await becomes('weather', ({ state }) => state === 'active');
  expect(await admin.get('weather/shows')).toEqual({ city: 'Köln', token: null });
});

test.each<[string, object, string, object]>([
  ['a value that the module does not take', { days: 8 }, 'days', { maximum: 7 }],
  ['a value of another type', { city: 7 }, 'city', { expected: 'string' }],
  ['a secret that is too short', { token: 'abc' }, 'token', { minimum: 5 }],
  ['a secret that is no text', { token: 5 }, 'token', {}],
  ['an unknown field', { other: 1 }, 'other', {}],
  ['one good and one bad', { city: 'Trier', days: 1.5 }, 'days', {}],
])('%s is refused with its place and limits, and the old values stay and work', async (_, values, path, params) => {
  const { admin } = scene;
  const before = await admin.get('modules/settings', { id: 'weather' });
  const { status, body } = await update('weather', values);
  expect([status, body]).toMatchObject([422, { error: { code: 'request.invalid', issues: [{ path }] } }]);
  expect(body.ok || body.error.issues?.[0]?.params || {}).toMatchObject(params);
  expect(await admin.get('modules/settings', { id: 'weather' })).toEqual(before);
  expect(await admin.get('weather/shows')).toEqual({ city: 'Köln', token: null });
  // What was refused says nothing about the version that runs.
  const [module] = (await admin.get<ModuleInfo[]>('modules/list')).filter(({ id }) => id === 'weather');
  expect([module?.state, module?.admin?.reason]).toEqual(['active', null]);
});

test('what two people change at once is both changed', async () => {
  const { admin } = scene;
  const changes = [{ city: 'Bern' }, { days: 5 }, { token: 'of them both' }];
  expect(await Promise.all(changes.map((values) => update('weather', values)))).toMatchObject(
    changes.map(() => ({ status: 200 })),
  );
  expect(await admin.get('weather/shows')).toEqual({ city: 'Bern', days: 5, token: 12 });
  await update('weather', { city: 'Köln', days: null, token: null });
});

test('a secret is nowhere to be seen: not in answers, logs, nor on the disk', async () => {
  const { server, admin } = scene;
  const { body } = await update('weather', { token: SECRET });
  expect(body).toMatchObject({ data: { secrets: { token: 'set' } } });
  expect(await admin.get('weather/shows')).toEqual({ city: 'Köln', token: SECRET.length });
  await admin.get('weather/tells');
  const log = () => admin.get<{ text: string }[]>('modules/log', { id: 'weather' });
  await until(async () => (await log()).some(({ text }) => text.includes('[secret]')));
  const told = JSON.stringify([body, await log(), await admin.get('modules/list'), server.log]);
  expect(told).not.toContain(SECRET);
  server.app.snapshot(join(server.data, 'copy.db'));
  for (const name of readdirSync(server.data).filter((file) => file.startsWith('hearth.db') || file === 'copy.db'))
    expect(readFileSync(join(server.data, name)).includes(SECRET)).toBe(false);
  // Changing something else keeps it; null empties it.
  await update('weather', { city: 'Ulm' });
  expect(await admin.get('weather/shows')).toEqual({ city: 'Ulm', token: SECRET.length });
});

test('a secret stays hidden in lines, in a start that fails, and after a change that was refused', async () => {
  const { server, admin, start, becomes } = scene;
  const [short, long] = [SECRET, `${SECRET}-and-more`];
  const pem = '-----BEGIN KEY-----\nbGV0IG1lIG91dA\ncGxlYXNlIGRvIG5vdA\n-----END KEY-----';
  await start(
    'leaky',
    source('leaky', {
      before: `
const functions = {
  tells: fn({ access: 'admin', effect: 'write', summary: 'Logs.' }, ({ settings: { a, b, pem } }) => {
    console.log('one', a, 'two', b); console.log(pem); console.log(JSON.stringify({ pem })); console.log('told');
    return ok();
  }),
};`,
      more: `settings: z.object({
        a: secret(z.string()).optional(), b: secret(z.string()).optional(), pem: secret(z.string()).optional(),
        broken: z.boolean().default(false),
      }),
      start({ settings }) { if (settings.broken) throw new Error('refused with ' + settings.b); },`,
    }),
  );
  expect(await update('leaky', { a: short, b: long, pem })).toMatchObject({ status: 200 });
  const answers = [
    await update('leaky', { b: `${long}-still`, broken: true }),
    await update('leaky', { broken: true }),
  ];
  expect(answers).toMatchObject([{ status: 422 }, { status: 422 }]);
  await admin.get('leaky/tells');
  const log = async () => JSON.stringify(await admin.get('modules/log', { id: 'leaky' }));
  await until(async () => (await log()).includes('told'));

  await admin.get('modules/disable', { id: 'leaky' });
  await update('leaky', { broken: true });
  await admin.get('modules/enable', { id: 'leaky' });
  await becomes('leaky', ({ state }) => state === 'failed');
  const room = await until(async () =>
    (await admin.get<{ id: string; kind: string; head: number }[]>('chat/listRooms')).find(
      ({ kind, head }) => kind === 'private' && head > 0,
    ),
  );
  const told = [answers, await log(), await admin.get('chat/history', { roomId: room.id }), server.log];
  expect(JSON.stringify(told)).toContain('refused with [secret]');
  for (const hidden of [short, '-and-more', '-still', 'bGV0IG1lIG91dA', 'cGxlYXNlIGRvIG5vdA'])
    expect(JSON.stringify(told)).not.toContain(hidden);
});

test('a secret whose key is gone is shown as unreadable, is missing for the module, and can be entered again', async () => {
  const { server, becomes } = scene;
  await server.restart(() => {
    const file = join(server.data, 'secrets.json');
    const { moduleKey: _, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    rmSync(file);
    Bun.write(file, JSON.stringify(rest));
  });
  await becomes('weather', ({ state }) => state === 'active');
  const { admin } = scene;
  expect((await admin.get('modules/settings', { id: 'weather' })).secrets).toEqual({ token: 'unreadable' });
  expect(await admin.get('weather/shows')).toEqual({ city: 'Ulm', token: null });
  await update('weather', { token: 'entered again' });
  expect((await admin.get('modules/settings', { id: 'weather' })).secrets).toEqual({ token: 'set' });
  await update('weather', { token: null });
  expect((await admin.get('modules/settings', { id: 'weather' })).secrets).toEqual({ token: 'empty' });
});

test('a module that needs a setting says so, and runs once it has it', async () => {
  const { admin, start } = scene;
  const { state, admin: about } = await start(
    'needy',
    source('needy', { more: 'settings: z.object({ url: z.string() }),' }),
  );
  expect(state).toBe('failed');
  expect(about?.reason).toContain('url');
  expect((await admin.call('needy/say')).status).toBe(503);
  expect(await update('needy', { url: 7 })).toMatchObject({ status: 422 });
  expect(await update('needy', { url: 'https://example.org' })).toMatchObject({ status: 200 });
  expect(await admin.get('needy/say')).toEqual({ said: 'one' });
});

const needing = (...fields: string[]) =>
  source('growing', {
    says: fields.join(' '),
    more: `settings: z.object({ ${fields.map((field) => `${field}: z.string()`).join(', ')} }),`,
  });

test('a setting that a newer version needs can be entered while the older one goes on, and lets it begin', async () => {
  const { admin, save, becomes, start } = scene;
  await start('growing', needing());
  save('growing', needing('url'));
  const told = await becomes('growing', ({ admin: about }) => !!about?.reason?.includes('url'));
  expect([told.state, told.admin?.hasSettings]).toEqual(['active', true]);
  expect(await admin.get('growing/say')).toEqual({ said: '' });
  expect(await update('growing', { url: 7 })).toMatchObject({ status: 422 });
  expect(await update('growing', { url: 'https://example.org' })).toMatchObject({ status: 200 });
  expect(await admin.get('growing/say')).toEqual({ said: 'url' });
  expect((await scene.info('growing')).admin?.reason).toBeNull();
});

test('a setting that is missing can be entered after a restart, and after a manifest that was no good', async () => {
  const { server, admin, save, becomes } = scene;
  const failed = (field: string) =>
    becomes('growing', ({ state, admin: about }) => state === 'failed' && !!about?.reason?.includes(field));
  await server.restart(() => save('growing', needing('url', 'name')));
  expect(await failed('name')).toMatchObject({ title: 'Title of growing', admin: { hasSettings: true } });
  expect(await update('growing', { name: 'here' })).toMatchObject({ status: 200 });
  expect(await admin.get('growing/say')).toEqual({ said: 'url name' });
  await server.restart(() => save('growing', 'export default {'));
  await failed('module.ts');
  save('growing', needing('url', 'name', 'place'));
  await failed('place');
  expect(await update('growing', { place: 'there' })).toMatchObject({ status: 200 });
  expect(await admin.get('growing/say')).toEqual({ said: 'url name place' });
});

test('settings of a module that is off are kept for when it is on', async () => {
  const { admin, save, becomes } = scene;
  save('later', settable('later'));
  await becomes('later', ({ state }) => state === 'disabled');
  expect(await update('later', { city: 'Jena' })).toMatchObject({ status: 200 });
  await admin.get('modules/enable', { id: 'later' });
  expect(await admin.get('later/shows')).toEqual({ city: 'Jena', token: null });
});
