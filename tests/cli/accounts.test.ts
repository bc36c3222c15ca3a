import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hearth, runHearth } from './command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHearth } from '../support/hearth-process.ts';
import { until } from '../support/until.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(30_000);

const password = 'correct horse';

async function foundTeam(cwd: string, flags: string[] = []) {
  const server = await startHearth({ command: [...hearth, ...flags], cwd, data: join(cwd, 'data') });
  const admin = { name: 'Ada', email: 'ada@example.org', password };
  await server.call('auth/setup', { ...admin, teamName: 'Team' });
  return server;
}

const signIn = (server: { call: Awaited<ReturnType<typeof startHearth>>['call'] }, email: string, given = password) =>
  server.call<{ user: { name: string; role: string } }>('auth/signIn', { email, password: given });

describe('accounts', () => {
  test('are made, listed and given passwords while the server runs', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await using server = await foundTeam(cwd);
    const add = ['user', 'add', 'Bob@Example.org', '--name', 'Bob B', '--role', 'guest'];
    expect(await runHearth(add, { cwd, input: `${password}\n` })).toMatchObject({ code: 0, err: '' });
    expect((await signIn(server, 'bob@example.org')).user).toMatchObject({ name: 'Bob B', role: 'guest' });

    const list = await runHearth(['user', 'list'], { cwd });
    expect(list.out).toMatch(/^NAME +E-MAIL +ROLE +SINCE +ACTIVE\n/);
    expect(list.out).toMatch(/^Bob B +bob@example\.org +guest +\d{4}-\d\d-\d\d +yes$/m);
    const json = JSON.parse((await runHearth(['user', 'list', '--json'], { cwd })).out) as { email: string }[];
    expect(json.map(({ email }) => email).toSorted()).toEqual(['ada@example.org', 'bob@example.org']);

    writeFileSync(join(cwd, 'secret'), 'battery staple\n');
    const change = ['user', 'password', 'bob@example.org', '--password-file', 'secret'];
    expect(await runHearth(change, { cwd })).toMatchObject({ code: 0, err: '' });
    await signIn(server, 'bob@example.org', 'battery staple');
    await expect(signIn(server, 'bob@example.org')).rejects.toThrow('auth.wrong_credentials');
  });

  test('are made without a server, too, and the folder is free again', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await (await foundTeam(cwd)).end('SIGTERM');
    const added = await runHearth(['user', 'add', 'bob@example.org'], { cwd, input: password });
    expect(added).toMatchObject({ code: 0, err: '', out: 'bob <bob@example.org> can sign in now, as member\n' });
    await using server = await startHearth({ command: [...hearth], cwd, data: join(cwd, 'data') });
    expect((await signIn(server, 'bob@example.org')).user.role).toBe('member');
  });

  test('are not made twice, nor with a short password, nor without one, nor changed for strangers', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await (await foundTeam(cwd)).end('SIGTERM');
    const wrong: [string[], string, string][] = [
      [['user', 'add', 'ada@example.org'], password, 'already uses'],
      [['user', 'add', 'bob@example.org'], 'short', '8'],
      [['user', 'add', 'bob@example.org'], '', 'not given'],
      [['user', 'password', 'eve@example.org'], password, 'eve@example.org'],
    ];
    for (const [args, input, named] of wrong) {
      const { code, out, err } = await runHearth(args, { cwd, input });
      expect({ args, code, out }).toEqual({ args, code: 1, out: '' });
      expect(err).toMatch(/^hearth: [^\n]+\n$/);
      expect(err).toContain(named);
    }
    const { out } = await runHearth(['user', 'list', '--json'], { cwd });
    expect((JSON.parse(out) as unknown[]).length).toBe(1);
  });

  test('need a team: nothing is made where there is none', async () => {
    using folder = temporaryFolder();
    const { code } = await runHearth(['user', 'add', 'a@example.org'], { cwd: folder.path, input: password });
    expect(code).toBe(2);
    expect(existsSync(join(folder.path, 'data'))).toBe(false);
  });

  test.each([
    ['both times the same', [password, password], 0, 'can sign in'],
    ['two that differ', [password, 'another horse'], 1, 'not the same'],
    ['none', ['\u0003'], 1, 'not given'],
  ])('get a password at the terminal that is not shown there: %s', async (_what, answers, code, named) => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await (await foundTeam(cwd)).end('SIGTERM');
    let shown = '';
    const child = Bun.spawn([...hearth, 'user', 'add', 'bob@example.org'], {
      cwd,
      env: {},
      terminal: { data: (_terminal, bytes) => (shown += Buffer.from(bytes).toString()) },
    });
    for (const [at, answer] of answers.entries()) {
      await until(() => shown.split('bob@example.org').length > at + 1 && shown.endsWith(': '));
      child.terminal?.write(answer.startsWith('\u0003') ? answer : `${answer}\r`);
    }
    expect(await child.exited).toBe(code);
    await until(() => shown.includes(named));
    for (const answer of answers) expect(shown).not.toContain(answer);
    child.terminal?.close();
  });
});

describe('an invitation', () => {
  test('leads to the address of the server that runs, base path included', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await using server = await startHearth({ command: [...hearth], cwd, data: join(cwd, 'data') });
    const { code, out } = await runHearth(['invite'], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^${server.url}/invite/[A-Za-z0-9_-]{16,}\\n$`));
  });

  test('lasts as long, for as many and as what it says', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    await (await foundTeam(cwd)).end('SIGTERM');
    const env = { HEARTH_PUBLIC_URL: 'https://team.example.org/x' };
    const args = ['invite', '--role', 'guest', '--expires', '2h', '--max-uses', 'unlimited', '--json'];
    const before = Date.now();
    const invite = JSON.parse((await runHearth(args, { cwd, env })).out) as Record<string, number | string | null>;
    expect(invite).toMatchObject({ role: 'guest', maxUses: null, uses: 0 });
    expect(invite['url']).toStartWith('https://team.example.org/x/invite/');
    expect(Number(invite['expiresAt']) - before).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(Number(invite['expiresAt']) - before).toBeLessThan(3 * 3_600_000);
  });
});
