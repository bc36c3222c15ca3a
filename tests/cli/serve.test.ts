import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataPaths } from '../../server/platform/data-folder.ts';
import { hearth, runHearth } from './command.ts';
import { makeDataFolder, rowsOf, withDatabase } from '../support/data-folder.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHearth } from '../support/hearth-process.ts';

// Each of these starts processes, on machines that may be busy.
setDefaultTimeout(30_000);

const serveIn = (cwd: string, data: string, flags: string[] = []) =>
  startHearth({ command: [...hearth, ...flags], cwd, data });

const refusedServe = async (cwd: string, flags: string[]): Promise<string> => {
  const { code, out, err } = await runHearth(['serve', ...flags], { cwd });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^hearth: [^\n]+\n$/);
  return err;
};

describe('a server', () => {
  test('makes its data folder, answers, and drains on SIGTERM', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    await using server = await serveIn(folder.path, data);
    expect(await fetch(`${server.url}/up`).then((response) => response.status)).toBe(200);
    expect(existsSync(dataPaths(data).running)).toBe(true);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(existsSync(dataPaths(data).running)).toBe(false);
    expect(existsSync(dataPaths(data).socket)).toBe(false);
  });

  test('writes its log as JSON lines where there is no terminal', async () => {
    using folder = temporaryFolder();
    await using server = await serveIn(folder.path, join(folder.path, 'data'));
    await server.end('SIGTERM');
    const messages = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { message: string }).message);
    // Our own asking whether it is ready may come before it is.
    expect(messages.filter((message) => message !== 'request')).toEqual(['listening', 'stopping', 'stopped']);
  });

  test('on this machine alone asks for no token', async () => {
    using folder = temporaryFolder();
    await using server = await serveIn(folder.path, join(folder.path, 'data'), ['--log-format', 'pretty']);
    await server.end('SIGTERM');
    expect(server.output()).toContain(`${server.url}/setup\n`);
    expect(server.output()).not.toContain('#token=');
  });

  test('that others can reach says where to set it up, with the token, but in no line of the log', async () => {
    using folder = temporaryFolder();
    const flags = ['--public-url', 'https://team.example.org/hearth', '--log', 'debug'];
    const data = join(folder.path, 'data');
    const child = Bun.spawn([...hearth, '--port', '0', '--data', data, ...flags], {
      cwd: folder.path,
      env: {},
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const decoder = new TextDecoder();
    let err = '';
    for await (const chunk of child.stderr) {
      err += decoder.decode(chunk, { stream: true });
      if (err.includes('\n')) child.kill('SIGTERM');
    }
    const [, token = ''] = /https:\/\/team\.example\.org\/hearth\/setup#token=(\S+)\n/.exec(err) ?? [];
    expect(token.length).toBeGreaterThan(16);
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stdout).text()).not.toContain(token);
  });

  test('leaves everything untouched when its port is taken', async () => {
    using folder = temporaryFolder();
    const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
    try {
      const err = await refusedServe(folder.path, ['--port', String(other.port)]);
      expect(err).toContain(`port ${other.port} is in use`);
      expect(existsSync(join(folder.path, 'data'))).toBe(false);
    } finally {
      await other.stop(true);
    }
  });

  test('does not start on a folder that another one has in use', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    await using server = await serveIn(folder.path, data);
    expect(await refusedServe(folder.path, ['--port', '0', '--data', data])).toContain('in use by another Hearth');
    expect(await fetch(`${server.url}/readyz`).then((response) => response.status)).toBe(200);
    expect(await runHearth(['health', '--data', data], { cwd: folder.path })).toMatchObject({ code: 0 });
  });

  test('starts again on the folder of one that was killed', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    await using killed = await serveIn(folder.path, data);
    expect(await killed.end('SIGKILL')).toBe('SIGKILL');
    expect(existsSync(dataPaths(data).socket)).toBe(true);
    await using server = await serveIn(folder.path, data);
    expect(await runHearth(['health', '--data', data], { cwd: folder.path })).toMatchObject({ code: 0 });
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test.each([
    ['is a file', (path: string) => writeFileSync(path, ''), ''],
    ['lies where nothing can be made', () => {}, '/proc/hearth'],
  ])('does not start on a folder that %s', async (_what, prepare, given) => {
    using folder = temporaryFolder();
    const data = given || join(folder.path, 'data');
    prepare(data);
    expect(await refusedServe(folder.path, ['--port', '0', '--data', data])).toContain(data);
  });

  test('refuses broken keys and leaves them as they are', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'data'));
    const { secrets } = dataPaths(join(folder.path, 'data'));
    writeFileSync(secrets, '{"jwtKey":');
    expect(await refusedServe(folder.path, ['--port', '0'])).toContain(secrets);
    expect(readFileSync(secrets, 'utf8')).toBe('{"jwtKey":');
  });

  test('does not start on a host name that leads nowhere', async () => {
    using folder = temporaryFolder();
    expect(await refusedServe(folder.path, ['--port', '0', '--host', 'nowhere.invalid'])).toContain('--host');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('refuses something else for a database and leaves it as it is', async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'data'));
    const { database } = dataPaths(join(folder.path, 'data'));
    const content = 'no database at all. '.repeat(100);
    writeFileSync(database, content);
    expect(await refusedServe(folder.path, ['--port', '0'])).toContain(database);
    expect(readFileSync(database, 'utf8')).toBe(content);
  });

  test('refuses the database of a newer version and leaves it as it is', async () => {
    using folder = temporaryFolder();
    const data = join(folder.path, 'data');
    makeDataFolder(data, 'x');
    withDatabase(dataPaths(data).database, (sqlite) => {
      sqlite.run('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, 9999999999999)', ['later']);
    });
    expect(await refusedServe(folder.path, ['--port', '0'])).toContain('newer version');
    expect(rowsOf(dataPaths(data).database)).toEqual(['x']);
    expect(readdirSync(data).filter((name) => name.includes('before-migration'))).toEqual([]);
  });
});

describe('the health command', () => {
  test('fails in one line where no server runs', async () => {
    using folder = temporaryFolder();
    const { code, err } = await runHearth(['health', '--port', '1'], { cwd: folder.path });
    expect(code).toBe(1);
    expect(err).toMatch(/^hearth: [^\n]+\n$/);
    expect(existsSync(join(folder.path, 'data'))).toBe(false);
  });
});
