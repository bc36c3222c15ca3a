import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { chmodSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../server/cli/doctor/check.ts';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { hearth, runHearth } from '../support/command.ts';
import { makeDataFolder, withDatabase } from '../support/data-folder.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort, startHearth } from '../support/hearth-process.ts';

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
