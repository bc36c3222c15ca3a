import { Database } from 'bun:sqlite';
import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../server/cli/doctor/check.ts';
import { createSeals } from '../../server/host/secrets.ts';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { parseSecrets } from '../../server/platform/secrets.ts';
import { source } from '../host/life-scene.ts';
import { hearth, runHearth } from './command.ts';
import { makeDataFolder, withDatabase } from '../support/data-folder.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort, startHearth } from '../support/hearth-process.ts';
import { until } from '../support/until.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(30_000);

async function examine(cwd: string, flags: string[] = []) {
  const { code, out } = await runHearth(['doctor', '--json', '--port', '0', ...flags], { cwd });
  const findings = JSON.parse(out) as Finding[];
  return { code, verdicts: Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict])), findings };
}

describe('the doctor', () => {
  test('finds nothing wrong with an empty place, and makes nothing there', async () => {
    using folder = temporaryFolder();
    const { code, verdicts } = await examine(folder.path);
    expect(code).toBe(0);
    expect(Object.values(verdicts)).not.toContain('fail');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('finds nothing wrong with a team, running or not, and changes nothing', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    makeDataFolder(data, 'x');
    const before = fingerprint(data);
    expect(await examine(folder.path)).toMatchObject({
      code: 0,
      verdicts: { database: 'ok', keys: 'ok', server: 'ok' },
    });
    expect(fingerprint(data)).toEqual(before);
    const port = freePort();
    await using server = await startHearth({ command: [...hearth], cwd: folder.path, data, port });
    const { code, findings } = await examine(folder.path, ['--port', String(port)]);
    expect(code).toBe(0);
    expect(findings.find(({ name }) => name === 'server')?.message).toContain(server.url);
    expect(findings.find(({ name }) => name === 'port')?.verdict).toBe('ok');
  });

  const faults: [string, string, 'warn' | 'fail', (data: string) => void, string[]?][] = [
    ['open to others', 'data folder', 'warn', (data) => chmodSync(data, 0o755)],
    ['with keys that others may read', 'keys', 'fail', (data) => chmodSync(dataPaths(data).secrets, 0o644)],
    ['with broken keys', 'keys', 'fail', (data) => writeFileSync(dataPaths(data).secrets, '{}')],
    ['with a damaged database', 'database', 'fail', (data) => truncateSync(dataPaths(data).database, 9000)],
    ['with something else for a database', 'database', 'fail', (data) => writeFileSync(dataPaths(data).database, 'no')],
    [
      'with the database of a newer version',
      'database',
      'fail',
      (data) =>
        withDatabase(dataPaths(data).database, (sqlite) =>
          sqlite.run(`INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)`),
        ),
    ],
    [
      'whose newest event lies in the future',
      'clock',
      'warn',
      (data) => withDatabase(dataPaths(data).database, (sqlite) => sqlite.run('UPDATE journal SET at = 9999999999999')),
    ],
    ['behind a proxy that is not trusted', 'address', 'warn', () => {}, ['--public-url', 'https://a.example']],
    ['that trusts everybody', 'address', 'fail', () => {}, ['--trusted-proxy', '0.0.0.0/0']],
    ['open to the network', 'address', 'warn', () => {}, ['--host', '0.0.0.0']],
    ['on an address of another machine', 'port', 'fail', () => {}, ['--host', '203.0.113.1']],
  ];
  test.each(faults)('sees a team %s', async (_what, name, verdict, harm, flags = []) => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    makeDataFolder(data, 'x'.repeat(20_000));
    harm(data);
    const { code, verdicts } = await examine(folder.path, flags);
    expect(verdicts[name]).toBe(verdict);
    expect(code).toBe(verdict === 'fail' ? 1 : 0);
  });

  test('says of each module how it is and what is wrong with it, running or not, and changes nothing', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    makeDataFolder(data, 'x');
    const paths = dataPaths(data);
    const { moduleKey = '' } = parseSecrets(readFileSync(paths.secrets, 'utf8')) ?? {};
    const seals = createSeals(Buffer.from(moduleKey, 'base64url'));
    const elsewhere = createSeals(new Uint8Array(32));
    const lay = (id: string, more = '') => {
      mkdirSync(join(data, 'modules', id), { recursive: true });
      writeFileSync(join(data, 'modules', id, 'module.ts'), source(id, { more }));
    };
    const decide = (id: string, { enabled = true, granted = ['chat:read'], secrets = {}, database = 1 } = {}) =>
      withDatabase(paths.database, (sqlite) =>
        sqlite.run(
          `INSERT INTO modules (id, enabled, granted, settings, "database", changed_at) VALUES (?, ?, ?, ?, ?, 0)`,
          [id, enabled, JSON.stringify(granted), JSON.stringify({ values: {}, secrets }), database],
        ),
      );
    const keep = (id: string, name: string, text?: string) => {
      mkdirSync(join(data, 'module-data', id), { recursive: true });
      const file = join(data, 'module-data', id, name);
      if (text !== undefined) return writeFileSync(file, text);
      const sqlite = new Database(file, { create: true });
      sqlite.run('CREATE TABLE a (x)');
      sqlite.run('PRAGMA user_version = 1');
      sqlite.close();
    };
    const asking = `permissions: ['chat:read', 'chat:write'],`;
    const told = `migrations: ['CREATE TABLE a (x)'], settings: z.object({ token: secret(z.string()) }),`;
    lay('good', told);
    decide('good', { secrets: { token: seals.seal('good', 'token', 'swordfish') } });
    keep('good', 'db-1.sqlite');
    lay('asks', asking);
    decide('asks');
    lay('broken', 'const = ;');
    decide('broken');
    lay('idle', 'const = ;');
    lay('locked', told);
    decide('locked', { secrets: { token: elsewhere.seal('locked', 'token', 'swordfish') } });
    lay('damaged', told);
    decide('damaged');
    keep('damaged', 'db-1.sqlite', 'no database at all');
    lay('lost', told);
    decide('lost', { database: 2 });
    lay('older');
    decide('older');
    keep('older', 'db-1.sqlite');
    decide('gone');
    lay('Two Words');

    const before = fingerprint(data);
    const { code, findings } = await examine(folder.path);
    expect(fingerprint(data)).toEqual(before);
    expect(code).toBe(1);
    const about = (found: readonly Finding[]) =>
      Object.fromEntries(
        found
          .filter(({ name }) => name.startsWith('module '))
          .map(({ name, verdict, message }) => [name.slice('module '.length), `${verdict} ${message}`]),
      );
    expect(about(findings)).toEqual({
      asks: 'warn on, starts with Hearth; it asks for chat:write and may not',
      broken: expect.stringMatching(/^fail on, starts with Hearth; module\.ts:\d+:\d+: .+/),
      damaged: expect.stringMatching(/^fail on, starts with Hearth; its database cannot be read .+restore a backup$/),
      'file-drop': 'ok disabled',
      gone: 'fail on, starts with Hearth; its folder is gone',
      good: 'ok on, starts with Hearth',
      hello: 'ok disabled',
      idle: expect.stringMatching(/^warn disabled; module\.ts:/),
      locked: expect.stringMatching(
        /^fail .+cannot be opened with the keys that are here \(token\): enter them again$/,
      ),
      lost: expect.stringMatching(/^fail .+db-2\.sqlite is gone: restore a backup$/),
      older: expect.stringMatching(/^fail .+had 1 migrations, this version knows 0$/),
      'ultimate-tic-tac-toe': 'ok disabled',
    });
    const overall = findings.filter(({ name }) => name === 'modules').map(({ message }) => message);
    expect(overall).toEqual(['8 of 12 are on', expect.stringContaining('Two Words')]);

    await using _server = await startHearth({ command: [...hearth], cwd: folder.path, data });
    const settled = await until(async () => {
      const now = about((await examine(folder.path)).findings);
      return Object.values(now).some((line) => / (?:loading|retrying)/.test(line)) ? undefined : now;
    });
    expect(settled).toMatchObject({
      asks: 'warn active; it asks for chat:write and may not',
      broken: expect.stringMatching(/^fail failed; module\.ts:\d+:\d+: /),
      good: 'ok active',
      hello: 'ok disabled',
      idle: expect.stringMatching(/^warn failed; module\.ts:/),
      locked: expect.stringMatching(/^fail failed; .+enter them again$/),
    });
  });

  test('sees a port in use and a setting that cannot be used', async () => {
    using folder = temporaryFolder();
    const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
    const port = String(other.port);
    const { code, out } = await runHearth(['doctor', '--port', port], { cwd: folder.path });
    await other.stop(true);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^fail +port +127\\.0\\.0\\.1:${port} is in use`, 'm'));
    const { verdicts } = await examine(folder.path, ['--base-path', '/..']);
    expect(verdicts).toEqual({ configuration: 'fail' });
  });
});
