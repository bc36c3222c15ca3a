import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { hearth, runHearth } from './command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type HearthProcess, startHearth } from '../support/hearth-process.ts';
import { openSocket } from '../support/socket.ts';

const foundTeam = async (cwd: string): Promise<{ server: HearthProcess; token: string }> => {
  const server = await startHearth({ command: [...hearth], cwd, data: join(cwd, 'data') });
  const admin = { name: 'Ada', email: 'ada@example.org', password: 'correct horse', teamName: 'Team' };
  const { token } = await server.call<{ token: string }>('auth/setup', admin);
  return { server, token };
};

const connect = ({ server, token }: Awaited<ReturnType<typeof foundTeam>>) =>
  openSocket(`${server.url}/ws`, { authorization: `Bearer ${token}`, 'user-agent': 'Lynx/9' });

describe('hearth broadcast', () => {
  test('tells everybody who is connected, and who was away on coming back', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const team = await foundTeam(cwd);
    await using server = team.server;
    const socket = await connect(team);
    const before = socket.frames[0]?.payload.channels.find((one: { channel: string }) => one.channel === 'global');
    expect(await runHearth(['broadcast', 'Tea is ready'], { cwd })).toEqual({
      code: 0,
      out: 'Sent to 1 connection\n',
      err: '',
    });
    expect((await socket.next(({ event }) => event === 'announcement')).payload).toEqual({ text: 'Tea is ready' });
    await socket.close();

    const sent = await runHearth(['broadcast', '--event', 'lights_out', '--payload', '{"floor":3}', '--json'], { cwd });
    const { cursor } = JSON.parse(sent.out) as { cursor: { epoch: string; offset: number } };
    expect(cursor.offset).toBe(before.offset + 2);
    const back = await connect(team);
    await back.ask('subscribe', 'global', { since: { epoch: cursor.epoch, offset: before.offset } });
    expect(back.events('global').filter(({ offset }) => offset !== undefined)).toMatchObject([
      { event: 'announcement', payload: { text: 'Tea is ready' } },
      { event: 'lights_out', payload: { floor: 3 } },
    ]);
    await back.close();
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('works without a server, too: it is there when everybody comes back', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server } = await foundTeam(cwd);
    await server.end('SIGTERM');
    expect(await runHearth(['broadcast', 'Back soon'], { cwd })).toMatchObject({
      code: 0,
      out: 'Sent to 0 connections\n',
    });
  });

  test('refuses names that Hearth uses itself', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server } = await foundTeam(cwd);
    await server.end('SIGTERM');
    for (const name of ['chat_message', 'welcome', 'error', 'system_stats', 'ticket_update']) {
      const { code, out, err } = await runHearth(['broadcast', '--event', name], { cwd });
      expect({ name, code, out, err }).toEqual({
        name,
        code: 1,
        out: '',
        err: 'hearth: Hearth itself uses this event name\n',
      });
    }
  });

  const wrong: [string[], string][] = [
    [[], '--event'],
    [['text', '--event', 'x'], 'either'],
    [['--event', 'Not Snake'], 'snake_case'],
    [['--event', 'x', '--payload', '[1]'], '--payload'],
    [['--event', 'x', '--payload', '{'], '--payload'],
    [['--event', '__proto__'], 'snake_case'],
  ];
  test.each(wrong)('%p cannot be sent: one line and exit code 2', async (args, named) => {
    using folder = temporaryFolder();
    const { code, out, err } = await runHearth(['broadcast', ...args], { cwd: folder.path });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^hearth: [^\n]+\n$/);
    expect(err).toContain(named);
  });
});

describe('hearth connections and hearth stats', () => {
  test('show who is connected and what the server does', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const team = await foundTeam(cwd);
    await using server = team.server;
    expect((await runHearth(['connections'], { cwd })).out).toBe('Nobody is connected\n');
    const socket = await connect(team);
    await socket.ask('ping', 'system');
    const [shown, found, missing, json, stats, numbers] = await Promise.all([
      runHearth(['connections'], { cwd }),
      runHearth(['connections', 'lynx', '--sort', 'bytesIn'], { cwd }),
      runHearth(['connections', 'netscape'], { cwd }),
      runHearth(['connections', '--json'], { cwd }),
      runHearth(['stats'], { cwd }),
      runHearth(['stats', '--json'], { cwd }),
    ]);
    expect(shown.out).toMatch(/^NAME +ADDRESS +FOR +QUIET +CHANNELS +FRAMES +SENT +WAITING +ID\n/);
    expect(shown.out).toMatch(/^Ada +127\.0\.0\.1 +\d+s +\d+s +3 +1 +\d+ bytes +0 bytes +con_\w+$/m);
    const timeless = (text: string): string => text.replaceAll(/\d+s/g, 'Ns');
    expect(timeless(found.out)).toBe(timeless(shown.out));
    expect(missing.out).toBe('Nobody is connected\n');
    const { connectionId } = socket.frames[0]?.payload ?? {};
    expect(JSON.parse(json.out)).toMatchObject({ total: 1, items: [{ id: connectionId, userAgent: 'Lynx/9' }] });
    expect(stats.out).toMatch(/^connections +websocket: 1; 1 sessions of 1 people$/m);
    expect(stats.out).toContain('BUSIEST CHANNEL');
    expect(JSON.parse(numbers.out)).toMatchObject({ connections: { websocket: 1 }, newest: [{ id: connectionId }] });
    await socket.close();
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('say in one line that no server runs, and open nothing', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server } = await foundTeam(cwd);
    await server.end('SIGTERM');
    for (const command of ['connections', 'stats']) {
      const { code, out, err } = await runHearth([command], { cwd });
      expect({ code, out, err }).toEqual({ code: 1, out: '', err: `hearth: No Hearth runs on ${join(cwd, 'data')}\n` });
    }
  });

  test('print the token for /metrics, which doctor tells of and HEARTH_METRICS_TOKEN replaces', async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const { server } = await foundTeam(cwd);
    await using _ = server;
    const { out } = await runHearth(['stats', '--show-token'], { cwd });
    const scrape = (token: string) => fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect((await scrape(out.trim())).status).toBe(200);
    const doctor = await runHearth(['doctor'], { cwd });
    expect(doctor.out).toMatch(/^ok +metrics +http:\/\/localhost:\d+\/metrics, with the token that hearth stats/m);
    expect(doctor.out).not.toContain(out.trim());
    await server.end('SIGTERM');

    const env = { HEARTH_METRICS_TOKEN: 'chosen-by-the-owner' };
    expect((await runHearth(['stats', '--show-token'], { cwd, env })).out).toBe('chosen-by-the-owner\n');
    await using other = await startHearth({ command: [...hearth], cwd, data: join(cwd, 'data'), env });
    const status = async (token: string): Promise<number> =>
      (await fetch(`${other.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status('chosen-by-the-owner'), await status(out.trim())]).toEqual([200, 401]);
    expect(await other.end('SIGTERM')).toBe(0);
  });

  test('a token that is too short is refused without being repeated', async () => {
    using folder = temporaryFolder();
    const { code, err } = await runHearth(['serve'], { cwd: folder.path, env: { HEARTH_METRICS_TOKEN: 'swordfish' } });
    expect(code).toBe(2);
    expect(err).toContain('HEARTH_METRICS_TOKEN must be');
    expect(err).not.toContain('swordfish');
  });
});
