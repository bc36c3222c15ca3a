import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { PollAnswer } from '@shared/hub/feed.ts';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { probeModule } from '../support/probe.ts';
import { openStream } from '../support/feed-stream.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const GLOBAL = 'global';
let server: TestServer;
let ada: Person;
let ben: Person;
let posted = 0;

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterAll(() => server.stop());

const bearer = (person: Person) => ({ authorization: `Bearer ${person.token}` });

async function makeRoom(kind: 'public' | 'private' = 'public'): Promise<{ id: string; channel: string }> {
  const { id } = await ada.get('chat/createRoom', { name: `Room ${++posted}`, kind });
  return { id, channel: `room:${id}` };
}
const post = ({ id }: { id: string }, text = `text ${++posted}`) =>
  ada.get('chat/postMessage', { roomId: id, clientId: `f-${++posted}`, text });
const poll = (person: Person, input: Record<string, unknown>): Promise<PollAnswer> => person.get('hub/poll', input);
const texts = (frames: readonly ServerFrame[]) =>
  frames.map(({ payload }) => (payload as { body?: { text?: string } }).body?.text).filter(Boolean);

const stream = (person: Person, query: string, headers: Record<string, string> = {}) =>
  openStream(`${server.url}sse/hub/subscribe?${query}`, { ...bearer(person), ...headers });

describe('a poll', () => {
  test('without a cursor tells where things stand, and with it what came since, once', async () => {
    const room = await makeRoom();
    await post(room, 'history');
    const { cursor, events, subscribed } = await poll(ada, { channels: [room.channel] });
    expect(events).toEqual([]);
    expect(subscribed).toEqual([{ channel: room.channel, recovered: false, offset: 2 }]);
    await post(room, 'a');
    await post(room, 'b');
    const next = await poll(ada, { channels: [room.channel], cursor });
    expect(texts(next.events)).toEqual(['a', 'b']);
    expect(next.more).toBe(false);
    expect((await poll(ada, { channels: [room.channel], cursor: next.cursor })).events).toEqual([]);
  });

  test('answers at most 300 events and says that more wait [S10]', async () => {
    const rooms = [await makeRoom(), await makeRoom()];
    const channels = rooms.map(({ channel }) => channel);
    let { cursor } = await poll(ada, { channels });
    await Promise.all(Array.from({ length: 650 }, (_, n) => post(rooms[n % 2]!, `${n}`)));
    const sizes: number[] = [];
    const seen: ServerFrame[] = [];
    for (let more = true; more;) {
      const answer = await poll(ada, { channels, cursor });
      sizes.push(answer.events.length);
      seen.push(...answer.events);
      ({ cursor, more } = answer);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
    expect(sizes.length).toBeGreaterThan(2);
    expect(seen).toHaveLength(650);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map(({ seq }) => seq).toSorted((a = 0, b = 0) => a - b));
  });

  test('answers with fewer events where they are large, and all come, once and in order [S10]', async () => {
    const room = await makeRoom();
    let { cursor } = await poll(ada, { channels: [room.channel] });
    const long = 'x'.repeat(9_990);
    await Promise.all(Array.from({ length: 60 }, (_, n) => post(room, `${n} ${long}`)));
    const seen: ServerFrame[] = [];
    let answers = 0;
    for (let more = true; more; answers++) {
      const answer = await poll(ada, { channels: [room.channel], cursor });
      expect(JSON.stringify(answer).length).toBeLessThan(300_000);
      ({ cursor, more } = answer);
      seen.push(...answer.events);
    }
    expect(answers).toBeGreaterThan(2);
    expect(seen.map(({ offset }) => offset)).toEqual(Array.from({ length: 60 }, (_, n) => n + 2));
  });

  test('takes the id of a stream as its cursor, and gives one that a stream takes [S5, S10]', async () => {
    const room = await makeRoom();
    const opened = await stream(ada, `channels=${room.channel}`);
    const { id } = await opened.find('subscribed');
    await opened.leave();
    await post(room, 'between');
    const { events, cursor } = await poll(ada, { channels: [room.channel], cursor: id });
    expect(texts(events)).toEqual(['between']);
    await post(room, 'later');
    const again = await stream(ada, `channels=${room.channel}`, { 'last-event-id': cursor });
    await again.find('subscribed');
    expect(texts(again.items.map(({ frame }) => frame))).toEqual(['later']);
    await again.leave();
  });

  test('waits for the first event where it is asked to, and no longer than told [S10]', async () => {
    const room = await makeRoom();
    const { cursor } = await poll(ada, { channels: [room.channel] });
    const waiting = poll(ada, { channels: [room.channel], cursor, wait: 20_000 });
    await until(() => server.app.hub.connections.countOf(ada.user.id) === 1);
    await post(room, 'awaited');
    expect(texts((await waiting).events)).toEqual(['awaited']);
    const { events } = await poll(ada, { channels: [room.channel], cursor: (await waiting).cursor, wait: 30 });
    expect(events).toEqual([]);
  });

  test('that waits is cut off a room the moment its person is removed, and told so [S9]', async () => {
    const room = await makeRoom('private');
    await ada.get('chat/addMember', { roomId: room.id, userId: ben.user.id });
    const { cursor } = await poll(ben, { channels: [room.channel] });
    const waiting = poll(ben, { channels: [room.channel], cursor, wait: 20_000 });
    await until(() => server.app.hub.subscriptions().subscribers(room.channel) === 1);
    await ada.get('chat/removeMember', { roomId: room.id, userId: ben.user.id });
    expect((await waiting).events.map(({ event, channel }) => [event, channel])).toEqual([
      ['unsubscribed', room.channel],
    ]);
    const refused = await ben.call('hub/poll', { channels: [room.channel], cursor });
    expect(refused.body).toMatchObject({ error: { code: 'hub.channel_not_found' } });
  });

  test('that is given up leaves no connection behind', async () => {
    const abort = new AbortController();
    const asked = fetch(`${server.url}api/hub/poll?channels=${GLOBAL}&wait=20000`, {
      headers: bearer(ada),
      signal: abort.signal,
    }).catch(() => undefined);
    await until(() => server.app.hub.connections.countOf(ada.user.id) === 1);
    abort.abort();
    await asked;
    await until(() => server.app.hub.connections.countOf(ada.user.id) === 0);
  });

  test('with a cursor of another epoch is told of a reset, and goes on from now', async () => {
    const room = await makeRoom();
    await post(room);
    const { events, subscribed, cursor } = await poll(ada, { channels: [room.channel], cursor: 'ep_other.3' });
    expect(events).toEqual([]);
    expect(subscribed).toEqual([{ channel: room.channel, recovered: false, offset: 2 }]);
    await post(room, 'new');
    expect(texts((await poll(ada, { channels: [room.channel], cursor })).events)).toEqual(['new']);
  });

  test('brings the latest value of a channel that keeps one, each value once', async () => {
    const first = await poll(ada, { channels: 'system:metrics', wait: 10_000 });
    expect(first.events.map(({ event }) => event)).toEqual(['system_metrics']);
    const second = await poll(ada, { channels: 'system:metrics', cursor: first.cursor });
    expect(second.events).toEqual([]);
    const third = await poll(ada, { channels: 'system:metrics', cursor: second.cursor, wait: 10_000 });
    expect(third.events).toHaveLength(1);
    expect(third.events[0]?.ts).toBeGreaterThan(first.events[0]?.ts ?? 0);
  });

  test('refuses a cursor that is none, a channel that is not ours, and a stranger', async () => {
    const refused = (input: Record<string, unknown>) => ben.call('hub/poll', input);
    expect((await refused({ channels: [GLOBAL], cursor: 'nonsense' })).status).toBe(422);
    expect((await refused({ channels: [GLOBAL], cursor: 'ep.1.%%%' })).status).toBe(422);
    expect(
      (await refused({ channels: [GLOBAL], cursor: `ep.1.${Buffer.from('[1]').toString('base64url')}` })).status,
    ).toBe(422);
    expect((await refused({ channels: [] })).status).toBe(422);
    const secret = await makeRoom('private');
    expect((await refused({ channels: [secret.channel] })).status).toBe(404);
    expect((await server.call('hub/poll', { channels: [GLOBAL] })).status).toBe(401);
  });

  test('a forged place in a cursor shows nothing that one may not see', async () => {
    const secret = await makeRoom('private');
    await post(secret, 'hidden');
    const { epoch } = server.app.hub.journal;
    const more = Buffer.from(JSON.stringify({ b: { [secret.channel]: 0 } })).toString('base64url');
    const { events } = await poll(ben, { channels: [GLOBAL], cursor: `${epoch}.${server.app.hub.taps.seq}.${more}` });
    expect(events).toEqual([]);
  });
});

test('nothing of all this is left behind', async () => {
  await until(() => server.app.hub.connections.size === 0);
  expect(server.log.filter((line) => line.includes('failed'))).toEqual([]);
});
