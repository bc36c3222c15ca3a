import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Exposition } from '../../server/hub/exposition.ts';
import { Histogram } from '../../server/hub/histogram.ts';
import { openSecrets } from '../../server/platform/secrets.ts';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from '../support/clock.ts';
import { readExposition, samplesOf } from '../support/exposition.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ config: { basePath: '/team' } });
});
afterAll(() => server.stop());

const tokenOf = ({ data }: TestServer): string =>
  JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')).metricsToken;
const scrape = (token: string | undefined, path = 'metrics'): Promise<Response> =>
  fetch(`${server.url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
const page = async (): Promise<string> => (await scrape(tokenOf(server))).text();
const promtool = Bun.which('promtool');

describe('/metrics', () => {
  test('answers below the base path, in the text format of Prometheus, to whoever has the token', async () => {
    const response = await scrape(tokenOf(server));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(() => readExposition('hearth_up 1\n')).toThrow('TYPE');
    expect(readExposition(await response.text()).size).toBeGreaterThan(25);
    expect((await fetch(new URL('/metrics', server.url))).status).toBe(404);
  });

  test('is a 401 without the token, with another one, and with the token of an admin', async () => {
    const ada = await server.admin();
    for (const token of [undefined, 'x', `${tokenOf(server)}x`, tokenOf(server).slice(1), ada.token]) {
      const response = await scrape(token);
      expect([token, response.status, response.headers.get('www-authenticate')]).toEqual([
        token,
        401,
        'Bearer realm="metrics"',
      ]);
      expect(await response.json()).toMatchObject({ ok: false, error: { code: 'auth.unauthenticated' } });
    }
    const cookie = await fetch(`${server.url}metrics`, { headers: { cookie: ada.cookies } });
    expect(cookie.status).toBe(401);
    expect((await ada.call('people/me', {}, { authorization: `Bearer ${tokenOf(server)}` })).status).toBe(401);
  });

  test('needs no token on the control socket', async () => {
    const unix = join(server.data, 'hearth.sock');
    expect((await fetch('http://localhost/team/metrics', { unix })).status).toBe(200);
  });

  test('tells of connections, frames, queues, answers, commits, the journal, the process and the build', async () => {
    const samples = samplesOf(readExposition(await page()));
    for (const name of [
      'hearth_connections{transport="websocket"}',
      'hearth_users_online',
      'hearth_channels',
      'hearth_subscriptions',
      'hearth_frames_total{direction="in"}',
      'hearth_frame_bytes_total{direction="out"}',
      'hearth_inbound_queue_frames',
      'hearth_outbound_queue_bytes',
      'hearth_ack_latency_seconds_count',
      'hearth_commit_writes_sum',
      'hearth_commit_duration_seconds_bucket{le="+Inf"}',
      'hearth_journal_seq',
      'hearth_event_loop_delay_seconds_count',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'hearth_http_requests_total{status="2xx"}',
    ])
      expect([name, samples.get(name)]).toEqual([name, expect.any(Number)]);
    expect([...samples.keys()].find((key) => key.startsWith('hearth_build_info'))).toMatch(/version="\d+\.\d+\.\d+"/);
  });

  test('counts what happens, and no counter ever goes down', async () => {
    const ada = await server.admin();
    const before = readExposition(await page());
    const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });
    for (let n = 0; n < 5; n++) await socket.ask('ping', 'system');
    await ada.get('hub/broadcast', { event: 'note', payload: {} });
    const during = samplesOf(readExposition(await page()));
    await socket.close();
    const after = readExposition(await page());
    const was = samplesOf(before);
    const grown = (name: string): number => (during.get(name) ?? 0) - (was.get(name) ?? 0);
    expect(grown('hearth_connections{transport="websocket"}')).toBe(1);
    expect(grown('hearth_connections_opened_total')).toBe(1);
    expect(grown('hearth_frames_total{direction="in"}')).toBe(5);
    expect(grown('hearth_ack_latency_seconds_count')).toBe(5);
    expect(grown('hearth_journal_seq')).toBe(1);
    expect(grown('hearth_commit_writes_sum')).toBe(1);
    for (const [name, { type, samples }] of after) {
      if (type === 'gauge') continue;
      for (const [key, value] of before.get(name)?.samples ?? [])
        expect([key, (samples.get(key) ?? -1) >= value]).toEqual([key, true]);
    }
  });

  test.if(promtool !== null)('is without fault to promtool', async () => {
    const check = Bun.spawn([promtool ?? '', 'check', 'metrics'], {
      stdin: Buffer.from(await page()),
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const complaints = (await new Response(check.stdout).text()) + (await new Response(check.stderr).text());
    expect([complaints, await check.exited]).toEqual(['', 0]);
  });
});

describe('the text format', () => {
  test('keeps hostile labels and help on their line', () => {
    const made = new Exposition();
    made.gauge('odd', 'back\\slash\nand line', [[{ name: 'a"b\\c\nd', other: 'ä{}' }, 1.5]]);
    made.gauge('large', 'Beyond all bounds.', Infinity);
    const families = readExposition(made.toString());
    expect(families.get('odd')?.help).toBe('back\\\\slash\\nand line');
    expect([...(families.get('odd')?.samples ?? [])]).toEqual([['odd{name="a\\"b\\\\c\\nd",other="ä{}"}', 1.5]]);
    expect(families.get('large')?.samples.get('large')).toBe(Infinity);
  });

  test('writes a histogram with cumulated buckets', () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.5, 0.6, 7]) histogram.observe(value, 0);
    const made = new Exposition();
    made.histogram('lateness_seconds', 'How late.', histogram);
    expect(made.toString().split('\n').slice(2)).toEqual([
      'lateness_seconds_bucket{le="0.1"} 1',
      'lateness_seconds_bucket{le="1"} 3',
      'lateness_seconds_bucket{le="+Inf"} 4',
      'lateness_seconds_sum 8.15',
      'lateness_seconds_count 4',
      '',
    ]);
  });
});

test('the keys of an older version get what they lack, the others stay, and nobody else can read them', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'secrets.json');
  const ids = createIds(new TestClock());
  const old = { instanceId: 'abcdef0123456789', jwtKey: ids.secret(32), later: { kept: true } };
  writeFileSync(file, JSON.stringify(old), { mode: 0o600 });
  const { metricsToken, moduleKey } = openSecrets(file, ids);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    ...old,
    metricsToken,
    moduleKey: Buffer.from(moduleKey).toString('base64url'),
  });
  expect(metricsToken.length).toBeGreaterThanOrEqual(43);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(openSecrets(file, ids).metricsToken).toBe(metricsToken);
});
