import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Sample } from '@shared/metrics/schema.ts';
import { TestClock } from '../support/clock.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const channel = 'system:metrics';
const clock = new TestClock();
let server: TestServer;
let ada: Person;
let guest: Person;

beforeAll(async () => {
  server = await startTestServer({ clock });
  ada = await server.admin();
  guest = await server.join('Gus', 'guest');
});
afterAll(() => server.stop());

const connect = (person: Person) => openSocket(`${server.url}ws`, { authorization: `Bearer ${person.token}` });
/** Lets time pass until something holds. */
const passUntil = <T>(condition: () => T) =>
  until(() => {
    clock.advance(50);
    return condition();
  });

describe('over the socket', () => {
  test('a subscriber gets samples, a second one the newest at once, and after the last nothing is sampled', async () => {
    const first = await connect(ada);
    const second = await connect(ada);
    expect((await first.ask('subscribe', channel)).payload).toMatchObject({ recovered: true, more: false });
    await passUntil(() => first.events(channel, 'system_metrics').length >= 2);
    const samples = first.events(channel, 'system_metrics').map(({ payload }) => Sample.parse(payload));
    expect(samples[1]!.at - samples[0]!.at).toBeGreaterThanOrEqual(1500);

    await second.ask('subscribe', channel);
    const [newest] = second.events(channel, 'system_metrics');
    expect(newest?.payload).toEqual(first.events(channel, 'system_metrics').at(-1)?.payload);

    // The sampler's own timer is all that a subscription keeps running.
    const timers = clock.pending;
    await first.ask('unsubscribe', channel);
    expect(clock.pending).toBe(timers);
    await second.ask('unsubscribe', channel);
    expect(clock.pending).toBe(timers - 1);
    const sampled = first.events(channel).length;
    clock.advance(10_000);
    await first.ask('ping', 'system');
    expect(first.events(channel)).toHaveLength(sampled);
    await first.close();
    await second.close();
  });

  test('a guest is told that there is no such channel and gets no sample', async () => {
    const socket = await connect(guest);
    expect(await socket.ask('subscribe', channel)).toMatchObject({
      event: 'error',
      payload: { code: 'hub.channel_not_found' },
    });
    expect(socket.events(channel)).toEqual([]);
    await socket.close();
  });
});

describe('over HTTP', () => {
  test('a member gets the latest sample, a guest a 403 and a stranger a 401', async () => {
    const asked = ada.call('metrics/latest');
    let answered = false;
    void asked.then(() => (answered = true));
    await passUntil(() => answered);
    const { status, body } = await asked;
    expect(status).toBe(200);
    expect(Sample.safeParse(body.ok && body.data).success).toBe(true);
    expect((await guest.call('metrics/latest')).status).toBe(403);
    expect((await server.call('metrics/latest')).status).toBe(401);
  });

  test('unknown fields are refused', async () => {
    const { status, body } = await ada.call('metrics/latest', { every: 1 });
    expect(status).toBe(422);
    expect(body.ok).toBe(false);
  });

  test('the stream sends samples and stops the sampling once the reader is gone', async () => {
    clock.advance(60_000);
    const timers = clock.pending;
    const leave = new AbortController();
    const response = await fetch(`${server.url}sse/metrics/live`, {
      headers: { authorization: `Bearer ${ada.token}` },
      signal: leave.signal,
    });
    expect(response.headers.get('content-type')).toStartWith('text/event-stream');
    let text = '';
    const read = (async () => {
      for await (const chunk of response.body!) text += new TextDecoder().decode(chunk);
    })().catch(() => undefined);
    const samples = () => [...text.matchAll(/event: system_metrics\ndata: (.+)\n\n/g)].map(([, data]) => data!);
    await passUntil(() => samples().length >= 2);
    for (const data of samples()) expect(Sample.safeParse(JSON.parse(data)).success).toBe(true);
    leave.abort();
    await read;
    await until(() => clock.pending <= timers);
  });

  test('a guest may not open the stream', async () => {
    const response = await fetch(`${server.url}sse/metrics/live`, {
      headers: { authorization: `Bearer ${guest.token}` },
    });
    expect(response.status).toBe(403);
  });
});
