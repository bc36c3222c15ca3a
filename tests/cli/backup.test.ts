import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { hearth, runHearth } from './command.ts';
import { makeDataFolder, rowsOf, withDatabase } from '../support/data-folder.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHearth } from '../support/hearth-process.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(30_000);

const admin = { name: 'Ada', email: 'ada@example.org', password: 'correct horse' };
const passphrase = { HEARTH_BACKUP_PASSPHRASE: 'battery staple' };

const serveIn = (cwd: string) => startHearth({ command: [...hearth], cwd, data: join(cwd, 'data') });

const found = async (cwd: string) => {
  const server = await serveIn(cwd);
  const { token } = await server.call<{ token: string }>('auth/setup', { ...admin, teamName: 'Team' });
  return { server, token };
};

const count = (database: string, table: string): number =>
  withDatabase(
    database,
    (sqlite) => sqlite.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? -1,
  );

/** Fails with one line and changes nothing in the folder. */
const refused = async (args: string[], cwd: string, env: Record<string, string> = {}) => {
  const before = fingerprint(cwd);
  const { code, out, err } = await runHearth(args, { cwd, env });
  expect(out).toBe('');
  expect(err).toMatch(/^hearth: [^\n]+\n$/);
  expect(fingerprint(cwd)).toEqual(before);
  return { code, err };
};

describe('hearth backup and restore', () => {
  test('bring a team back after the server wrote on, and everybody signs in again', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server, token } = await found(cwd);
    expect(await runHearth(['backup', 'team.hearth'], { cwd })).toMatchObject({ code: 0, err: '' });
    const me = await server.call<object>('people/me', {}, token);
    await server.call('people/updateMe', { name: 'Somebody else' }, token);
    await server.end('SIGTERM');

    const { code, out } = await runHearth(['restore', 'team.hearth'], { cwd });
    expect(code).toBe(0);
    expect(out).toContain('sign in again');
    const { database } = dataPaths(join(cwd, 'data'));
    expect([count(database, 'sessions'), count(database, 'refresh_tokens'), count(database, 'users')]).toEqual([
      0, 0, 1,
    ]);
    await using again = await serveIn(cwd);
    await expect(again.call('people/me', {}, token)).rejects.toThrow('401');
    const { email, password } = admin;
    expect(await again.call('auth/signIn', { email, password })).toMatchObject({ user: me });
  });

  test('with the keys leave everybody signed in, in another folder', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server, token } = await found(cwd);
    await server.end('SIGTERM');
    const backup = await runHearth(['backup', 'team.hearth', '--with-keys'], { cwd, env: passphrase });
    expect(backup).toMatchObject({ code: 0, err: '' });
    const restored = await runHearth(['restore', 'team.hearth', '--data', 'new'], { cwd, env: passphrase });
    expect(restored.out).toContain('stays signed in');
    await using again = await startHearth({ command: [...hearth], cwd, data: join(cwd, 'new') });
    expect(await again.call('people/me', {}, token)).toMatchObject({ name: 'Ada' });
  });

  test('renew the journal, so that no client goes on from what never happened [R5]', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const epoch = () =>
      withDatabase(dataPaths(join(cwd, 'data')).database, (sqlite) =>
        sqlite.query<{ epoch: string }, []>('SELECT epoch FROM journal_epoch').get(),
      );
    await (await found(cwd)).server.end('SIGTERM');
    const first = epoch();
    await runHearth(['backup', 'team.hearth'], { cwd });
    await runHearth(['restore', 'team.hearth'], { cwd });
    await (await serveIn(cwd)).end('SIGTERM');
    expect(first).not.toBeNull();
    expect(epoch()).not.toEqual(first);
  });

  test('refuse a folder in use, another passphrase, a file that is there, and one that is no backup', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    makeDataFolder(join(cwd, 'data'), 'x');
    await runHearth(['backup', 'team.hearth', '--with-keys'], { cwd, env: passphrase });
    writeFileSync(join(cwd, 'other.hearth'), 'something else');
    expect(await refused(['backup', 'team.hearth'], cwd)).toMatchObject({ code: 1 });
    const wrong = { HEARTH_BACKUP_PASSPHRASE: 'wrong staple' };
    expect(await refused(['restore', 'team.hearth'], cwd, wrong)).toMatchObject({ code: 1 });
    expect(await refused(['restore', 'team.hearth'], cwd)).toMatchObject({ code: 1 });
    expect(await refused(['restore', 'other.hearth'], cwd)).toMatchObject({ code: 1 });
    expect(await refused(['restore', 'none.hearth'], cwd)).toMatchObject({ code: 1 });
    expect((await refused(['restore', 'other.hearth', '--data', 'new'], cwd)).code).toBe(1);
    await using server = await serveIn(cwd);
    const { code, err } = await runHearth(['restore', 'team.hearth', '--without-keys'], { cwd });
    expect({ code, err }).toEqual({
      code: 2,
      err: `hearth: The data folder ${join(cwd, 'data')} is in use by another Hearth\n`,
    });
    expect(server.output()).not.toContain('error');
  });

  test('on a full disk fail in one line and leave nothing behind', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    makeDataFolder(join(cwd, 'data'), 'x'.repeat(3_000_000));
    const limited = { cwd, fileLimit: 1000 };
    const before = fingerprint(cwd);
    const backup = await runHearth(['backup', 'full.hearth'], limited);
    expect(backup).toMatchObject({ code: 1, out: '' });
    expect(backup.err).toMatch(/^hearth: The backup [^\n]+\n$/);
    expect(fingerprint(cwd)).toEqual(before);

    expect((await runHearth(['backup', 'team.hearth'], { cwd })).code).toBe(0);
    const restore = await runHearth(['restore', 'team.hearth', '--data', 'new'], limited);
    expect(restore).toMatchObject({ code: 1, out: '' });
    expect(restore.err).toMatch(/^hearth: The backup [^\n]+\n$/);
    expect(existsSync(join(cwd, 'new'))).toBe(false);
    expect((await runHearth(['restore', 'team.hearth'], limited)).code).toBe(1);
    expect(rowsOf(dataPaths(join(cwd, 'data')).database)).toEqual(['x'.repeat(3_000_000)]);
    expect(readdirSync(join(cwd, 'data')).filter((name) => /partial|before/.test(name))).toEqual([]);
  });

  test('speak JSON to scripts', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    makeDataFolder(join(cwd, 'data'), 'x');
    const backup = JSON.parse((await runHearth(['backup', 'team.hearth', '--json'], { cwd })).out) as unknown;
    expect(backup).toMatchObject({ file: join(cwd, 'team.hearth'), files: 1, keys: false });
    const restore = JSON.parse((await runHearth(['restore', 'team.hearth', '--json'], { cwd })).out) as unknown;
    expect(restore).toMatchObject({ data: join(cwd, 'data'), keys: false, backup: { format: 1 } });
  });
});
