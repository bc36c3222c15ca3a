import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleInfo } from '@shared/modules/schema.ts';
import { until } from '../support/until.ts';
import { codeOf, sharedHouse } from './module-house.ts';
import { source } from './module-sources.ts';

setDefaultTimeout(60_000);

const house = sharedHouse();

const say = (id: string) => house().say(id);
const says = (id: string, what: string) => house().says(id, what);

describe('what cannot be a module', () => {
  const manifest = (change: (text: string) => string) => change(source('wrong'));
  const crowd = (size: number) =>
    `...Object.fromEntries(Array.from({ length: ${size} }, (_, n) => ['f' + n, fn(read, () => ok(n))])),`;
  const kinds: readonly [string, string, string][] = [
    ['w-syntax', 'export default {{', 'module.ts:1'],
    ['w-none', 'export const x = 1;', 'defineModule'],
    ['w-throws', 'throw new Error("no way");', 'no way'],
    ['w-import', `import './missing.ts'; export default 1;`, 'missing.ts'],
    ['w-id', source('Bad_Id'), 'id'],
    ['w-other', source('somebody-else'), 'somebody-else'],
    ['w-version', manifest((text) => text.replace(`version: '1.0.0'`, `version: '1'`)), 'version'],
    ['w-title', manifest((text) => text.replace('Title of wrong', '')), 'title'],
    ['w-engine', manifest((text) => text.replace('^1.0.0', '^7.0.0')), 'engine'],
    ['w-range', manifest((text) => text.replace('^1.0.0', 'soon')), 'engine'],
    ['w-scope', manifest((text) => text.replace('functions:', `permissions: ['all'], functions:`)), 'permissions'],
    [
      'w-cron',
      manifest((text) => text.replace('functions:', `schedules: { s: { cron: 'often', run() {} } }, functions:`)),
      'schedule s',
    ],
    [
      'w-both',
      manifest((text) =>
        text.replace('functions:', `schedules: { s: { cron: '* * * * *', everySeconds: 1, run() {} } }, functions:`),
      ),
      'either cron or everySeconds',
    ],
    [
      'w-twice',
      manifest((text) =>
        text.replace(
          'functions:',
          `streams: { say: stream({ access: 'guest', summary: 'S.', events: {} }, async function* () {}) }, functions:`,
        ),
      ),
      'two things are called say',
    ],
    ['w-name', source('wrong', { functions: `'../say': fn(read, () => ok(1)),` }), 'functions'],
    ['w-page', manifest((text) => text.replace('functions:', `page: '../../hearth.db', functions:`)), 'leads out'],
    ['w-access', manifest((text) => text.replace(`access: 'guest'`, `access: 'everybody'`)), 'access'],
    ['w-plain', source('wrong', { functions: 'raw: () => 1,' }), 'functions.raw'],
    ['w-many', source('wrong', { functions: crowd(300) }), 'functions: at most 200'],
    ['w-huge', source('wrong', { functions: crowd(5000) }), 'larger than 512 KiB'],
  ];

  test('says what is wrong with it, one by one, and answers nothing', async () => {
    const { admin, save, becomes } = house();
    for (const [id, text] of kinds) save(id, text.replaceAll(`id: 'wrong'`, `id: '${id}'`));
    for (const [id, , told] of kinds) {
      const { admin: about } = await becomes(id, 'failed');
      expect([id, about?.reason]).toEqual([id, expect.stringContaining(told)]);
      expect(await say(id)).toEqual([404, 'module.disabled']);
    }
    expect(await admin.get('modules/enable', { id: 'w-engine' })).toMatchObject({ enabled: true, state: 'failed' });
    expect(await say('w-engine')).toEqual([503, 'module.failed']);
    for (const [id] of kinds) rmSync(join(house().data, 'modules', id), { recursive: true });
    await until(async () => {
      const listed = await admin.get<ModuleInfo[]>('modules/list');
      return !listed.some(({ id }) => id.startsWith('w-'));
    }, 'them to be gone');
  });

  test('leaves the one that runs alone, with the reason beside it, until it is mended', async () => {
    const { save, start, becomes } = house();
    await start('steady', source('steady'));
    for (const [broken, told] of [
      [`${source('steady')}\n}}`, 'module.ts'],
      [source('other-id'), 'other-id'],
      [source('steady', { more: `start() { throw new Error('no disk'); },` }), 'no disk'],
    ] as const) {
      save('steady', broken);
      const { state } = await becomes('steady', ({ admin }) => admin?.reason?.includes(told) === true);
      expect(state).toBe('active');
      expect(await say('steady')).toEqual([200, 'one']);
    }
    save('steady', source('steady', { says: 'mended' }));
    await says('steady', 'mended');
    expect((await house().info('steady')).admin?.reason).toBeNull();
  });

  test('is one of two with the same id, one with the name of a part of Hearth, and what its name leads out with', async () => {
    const { data, admin, save, start, becomes } = house();
    await start('mine', source('mine'));
    save('yours', source('mine', { says: 'stolen' }));
    for (const name of ['chat', 'auth', 'modules']) save(name, source(name));
    const modules = join(data, 'modules');
    for (const name of ['..evil', 'a b', 'Upper', 'a'.repeat(60), '%2e%2e', '-x', '.hidden'])
      save(name, source('mine'));
    mkdirSync(join(data, 'outside'));
    writeFileSync(join(data, 'outside', 'module.ts'), source('linked'));
    symlinkSync(join(data, 'outside'), join(modules, 'linked'));
    save('peeking', source('peeking'));
    symlinkSync(join(data, 'secrets.json'), join(modules, 'peeking', 'key.json'));
    save('piped', source('piped'));
    expect(Bun.spawnSync(['mkfifo', join(modules, 'piped', 'pipe')]).exitCode).toBe(0);
    for (const id of ['yours', 'chat', 'auth', 'modules', 'linked', 'peeking', 'piped']) {
      await becomes(id, 'failed');
      expect(await admin.get('modules/enable', { id })).toMatchObject({ state: 'failed' });
    }
    expect(await say('mine')).toEqual([200, 'one']);
    expect((await admin.call('chat/listRooms')).status).toBe(200);
    expect((await admin.call('chat/say')).status).toBe(404);
    expect(
      (await admin.get<ModuleInfo[]>('modules/list')).filter(({ id }) => !/^[a-z][a-z0-9-]{0,39}$/.test(id)),
    ).toEqual([]);
    for (const id of ['yours', 'chat', 'auth', 'modules', 'linked', 'peeking', 'piped'])
      await admin.get('modules/disable', { id });
  });
});

describe('what leads out', () => {
  test('of the folder of files comes to nothing, whether it is a path, a link, a pipe or a folder', async () => {
    const { admin, data, start } = house();
    await start(
      'files',
      source('files', {
        functions: `
    give: fn({ ...read, output: 'file', input: z.object({ path: z.string() }) }, (ctx, { path }) => ok(file(ctx.folder + '/' + path))),
    raw: fn({ ...read, output: 'file', input: z.object({ path: z.string() }) }, (ctx, { path }) => ok(file(path))),
    go: fn({ ...read, output: 'redirect', input: z.object({ to: z.string() }) }, (ctx, { to }) => ok(redirect(to))),`,
      }),
    );
    const folder = house().files('files');
    writeFileSync(join(folder, 'good.txt'), 'good');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(data, 'secrets.json'), join(folder, 'link.json'));
    symlinkSync('/dev/zero', join(folder, 'zero'));
    symlinkSync(data, join(folder, 'up'));
    Bun.spawnSync(['mkfifo', join(folder, 'pipe')]);
    const give = (path: string, name = 'give') => admin.fetch(`api/files/${name}?path=${encodeURIComponent(path)}`);
    expect(await (await give('good.txt')).text()).toBe('good');
    for (const path of [
      '../db-1.sqlite',
      'link.json',
      'zero',
      'up/secrets.json',
      'pipe',
      'sub',
      '',
      '.',
      'none',
      'a\0b',
    ])
      expect([path, (await give(path)).ok]).toEqual([path, false]);
    for (const path of ['/etc/passwd', join(data, 'secrets.json'), '/dev/stdin', 'good.txt'])
      expect([path, (await give(path, 'raw')).ok]).toEqual([path, false]);
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:1', '/a\r\nx: y'])
      expect([to, (await admin.fetch(`api/files/go?to=${encodeURIComponent(to)}`)).status]).toEqual([to, 500]);
    expect((await admin.fetch('api/files/go?to=/rooms')).headers.get('location')).toBe('/rooms');
  });

  test('of the page’s address finds nothing', async () => {
    const { admin, save, becomes } = house();
    save('paged', '<!doctype html><p>page</p>', 'page.html');
    await house().start('paged', source('paged', { more: `page: 'page.html',` }));
    await becomes('paged', ({ hasPage }) => hasPage);
    const { url } = await admin.get<{ url: string }>('modules/page', { id: 'paged' });
    const at = url.replace(/^\//, '');
    expect((await admin.fetch(at)).headers.get('content-security-policy')).toContain('sandbox');
    for (const path of [
      '../../../hearth.db',
      '%2e%2e%2f%2e%2e%2fhearth.db',
      'module.ts',
      '..%5c..%5chearth.db',
      '%00',
      '//etc/passwd',
    ])
      expect([path, (await admin.fetch(at + path)).status]).toEqual([path, 404]);
    for (const path of ['pages/paged/', 'pages/paged/x/', 'pages/..%2fpaged/x/', `pages/other/${at.split('/')[2]}/`])
      expect([path, (await admin.fetch(path)).status]).toEqual([path, 404]);
  });
});

describe('what a module may', () => {
  test('is what it asked for and was granted; without, it hears which permission is missing', async () => {
    const { admin, member, start } = house();
    const ask = `rooms: fn(read, async ({ hearth }) => { const r = await hearth.chat.listRooms({}); return r.ok ? ok(r.data.length) : r; }),
    who: fn(read, async ({ hearth }) => { const r = await hearth.call('modules', 'list'); return r.ok ? ok('told') : r; }),
    other: fn(read, async ({ hearth }) => hearth.call('mine', 'say')),`;
    await start('asks', source('asks', { more: `permissions: ['chat:read'],`, functions: ask }));
    expect((await member.call('asks/rooms')).body).toMatchObject({ ok: true });
    for (const name of ['who', 'other'])
      expect(codeOf(await admin.call(`asks/${name}`))).toEqual([403, 'module.scope_missing']);
    await admin.get('modules/enable', { id: 'asks', grant: [] });
    expect((await member.call('asks/rooms')).body).toMatchObject({
      error: { code: 'module.scope_missing', params: { scope: 'chat:read' } },
    });
  });

  test('in secret settings is in no answer, no log and no file', async () => {
    const { admin, start, data, hearth } = house();
    const secret = 'hunter2-not-to-be-seen';
    const settled = `settings: z.object({ key: secret(z.string().min(4)).optional(), name: z.string().default('x') }),`;
    const functions = `
    known: fn(read, (ctx) => ok(ctx.settings.key?.length ?? 0)),
    blab: fn(write, (ctx) => { console.log('the key is', ctx.settings.key); ctx.log.error(ctx.settings.key); throw new Error(ctx.settings.key); }),`;
    await start('vault', source('vault', { more: settled, functions }));
    const seen: string[] = [];
    const ask = async (path: string, input: object) => {
      const { status, body } = await admin.call(path, input);
      seen.push(JSON.stringify(body));
      return status;
    };
    expect(await ask('modules/updateSettings', { id: 'vault', values: { key: secret, name: 'shown in clear' } })).toBe(
      200,
    );
    await until(async () => (await admin.call('vault/known')).body.ok);
    expect(await admin.get<number>('vault/known')).toBe(secret.length);
    expect(await ask('vault/blab', {})).toBe(500);
    expect(await ask('modules/updateSettings', { id: 'vault', values: { key: 1, name: 2 } })).toBe(422);
    for (const name of ['settings', 'log', 'enable']) await ask(`modules/${name}`, { id: 'vault' });
    await ask('modules/list', {});
    expect(await admin.get<number>('vault/known')).toBe(secret.length);
    expect(seen.join('\n')).not.toContain(secret);
    expect(seen.join('\n')).toContain('[secret]');
    expect(hearth.output()).not.toContain(secret);
    const filesWith = (text: string): string => Bun.spawnSync(['grep', '-rlaF', text, data]).stdout.toString();
    expect(filesWith(secret)).toBe('');
    expect(filesWith('shown in clear')).toContain('hearth.db');
  });
});
