import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { FeedStream } from '../../server/hub/feed-stream.ts';
import { parseCursor } from '../../server/hub/feed-cursor.ts';
import { probeModule } from '../support/probe.ts';
import { TestClock } from '../support/clock.ts';
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
const texts = (frames: readonly ServerFrame[]) =>
  frames.map(({ payload }) => (payload as { body?: { text?: string } }).body?.text).filter(Boolean);

const stream = (person: Person, query: string, headers: Record<string, string> = {}) =>
  openStream(`${server.url}sse/hub/subscribe?${query}`, { ...bearer(person), ...headers });

describe('a stream', () => {
  test('refuses a channel that is not ours, whoever it belongs to, before it begins [S8]', async () => {
    const secret = await makeRoom('private');
    for (const query of [`channels=${secret.channel}`, 'channels=nope:1', `channels=${GLOBAL},user:${ada.user.id}`]) {
      const { response } = await stream(ben, query);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ ok: false, error: { code: 'hub.channel_not_found' } });
    }
    for (const query of ['', 'channels=', 'channels=a%20b', 'channels=global&since=x', 'channels=global&extra=1'])
      expect((await stream(ben, query)).response.status).toBe(422);
    expect(server.app.hub.connections.size).toBe(0);
  });

  test('takes channels as a list of names, as JSON, and one by one', async () => {
    const one = await makeRoom();
    for (const query of [
      `channels=${one.channel},${GLOBAL}`,
      `channels=${encodeURIComponent(JSON.stringify([one.channel, GLOBAL]))}`,
      `channels=${one.channel}&channels=${GLOBAL}`,
    ]) {
      const opened = await stream(ada, query);
      const { frame } = await opened.find('subscribed');
      expect(frame.payload).toMatchObject({ channels: [{ channel: one.channel }, { channel: GLOBAL }] });
      await opened.leave();
    }
  });

  test('gives each event the id of its place, and goes on behind it when it is told that id [S5]', async () => {
    const [one, two] = [await makeRoom(), await makeRoom()];
    const { epoch } = server.app.hub.journal;
    const first = await stream(ada, `channels=${one.channel},${two.channel}`);
    const { id: beginning } = await first.find('subscribed');
    await first.leave();
    await post(one, 'a');
    await post(two, 'b');
    await post(one, 'c');
    const query = `channels=${one.channel},${two.channel}`;
    const second = await stream(ada, query, { 'last-event-id': beginning ?? '' });
    await second.find('subscribed');
    const events = second.items.filter(({ event }) => event === 'chat_message');
    expect(texts(events.map(({ frame }) => frame))).toEqual(['a', 'b', 'c']);
    for (const { id, frame } of events) expect(id).toBe(`${epoch}.${frame.seq}`);
    await second.leave();
    const third = await stream(ada, query, { 'last-event-id': events[0]?.id ?? '' });
    await third.find('subscribed');
    expect(texts(third.items.map(({ frame }) => frame))).toEqual(['b', 'c']);
    await third.leave();
    const asked = await stream(ada, `${query}&lastEventId=${events[1]?.id}`);
    await asked.find('subscribed');
    expect(texts(asked.items.map(({ frame }) => frame))).toEqual(['c']);
    await asked.leave();
  });

  test('that begins elsewhere than another one names its own places on the events that both get [S5, S7]', async () => {
    const room = await makeRoom();
    await post(room, 'one');
    await post(room, 'two');
    const { epoch, seq } = server.app.hub.journal;
    const query = `channels=${room.channel},${GLOBAL}&since=${room.channel}:0`;
    const idsOf = async (headers: Record<string, string>) => {
      const opened = await stream(ada, query, headers);
      await opened.find('subscribed');
      await opened.leave();
      return opened.items.filter(({ event }) => event === 'chat_message').map(({ id }) => id);
    };
    // Whoever has everything else up to here must not be sent back to before it.
    expect(await idsOf({ 'last-event-id': `${epoch}.${seq}` })).toEqual([`${epoch}.${seq}`, `${epoch}.${seq}`]);
    expect(await idsOf({})).toEqual([`${epoch}.${seq - 1}`, `${epoch}.${seq}`]);
    expect(await idsOf({ 'last-event-id': `${epoch}.${seq}` })).toEqual([`${epoch}.${seq}`, `${epoch}.${seq}`]);
  });

  test('broken off behind `subscribed` loses nothing that came while it was read slowly [S5]', async () => {
    const room = await makeRoom();
    await post(room, 'missed 1');
    await post(room, 'missed 2');
    const { hub } = server.app;
    const held = await stream(ada, `channels=${GLOBAL}`);
    await held.find('subscribed');
    const [{ identity, request } = expect.unreachable()] = hub.connections.ofUser(ada.user.id);
    const open = async (lastEventId?: string) => {
      const place = lastEventId === undefined ? undefined : parseCursor(lastEventId);
      const since = place ? [] : [{ channel: room.channel, offset: 1 }];
      const asked = { identity, info: request, channels: [room.channel], since, place, own: false };
      const opened = await hub.feeds.open(asked);
      if (!opened.ok) throw new Error(opened.error.code);
      return new FeedStream({ epoch: hub.journal.epoch, now: Date.now }, opened.data, place?.seq ?? 0);
    };
    const frames: ServerFrame[] = [];
    const read = async (from: FeedStream) => {
      const { value } = await from.next();
      if (value) frames.push(JSON.parse(JSON.stringify(value.data)) as ServerFrame);
      return value;
    };
    const first = await open();
    await read(first);
    // The rest of the page is taken already; this is queued behind it.
    await post(room, 'live');
    await read(first);
    const subscribed = await read(first);
    expect(subscribed?.event).toBe('subscribed');
    await first.return();
    const second = await open(subscribed?.id);
    await read(second);
    expect(texts(frames)).toEqual(['missed 1', 'missed 2', 'live']);
    await second.return();
    await held.leave();
  });

  test('starts a newly added channel from its offset while the others go on from the id [S7]', async () => {
    const [old, added] = [await makeRoom(), await makeRoom()];
    await post(added, 'added 1');
    await post(old, 'old 1');
    await post(added, 'added 2');
    const head = server.app.hub.taps.seq;
    await post(old, 'old 2');
    const opened = await stream(ada, `channels=${old.channel},${added.channel}&since=${added.channel}:0`, {
      'last-event-id': `${server.app.hub.journal.epoch}.${head}`,
    });
    await opened.find('subscribed');
    expect(texts(opened.items.map(({ frame }) => frame))).toEqual(['added 1', 'added 2', 'old 2']);
    // An id never tells less than what the old channel had: breaking off here must not bring old events again.
    const ids = opened.items.map(({ id }) => Number(id?.split('.')[1])).filter((seq) => !Number.isNaN(seq));
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(head);
    await opened.leave();
  });

  test('an EventSource that began with offsets comes back without hearing anything twice [S7]', async () => {
    const room = await makeRoom();
    await post(room, 'one');
    await post(room, 'two');
    const query = `channels=${room.channel}&since=${room.channel}:0`;
    const first = await stream(ada, query);
    const { id } = await first.find('subscribed');
    expect(texts(first.items.map(({ frame }) => frame))).toEqual(['one', 'two']);
    await first.leave();
    await post(room, 'three');
    const again = await stream(ada, query, { 'last-event-id': id ?? '' });
    await again.find('subscribed');
    expect(texts(again.items.map(({ frame }) => frame))).toEqual(['three']);
    await again.leave();
  });

  test('an EventSource that broke off while it caught up is not told again what it had from the start [S7]', async () => {
    const [missed, had] = [await makeRoom(), await makeRoom()];
    await post(missed, 'missed 1');
    await post(had, 'had');
    await post(missed, 'missed 2');
    const head = await server.app.hub.journal.head(had.channel);
    const query = `channels=${missed.channel},${had.channel}&since=${missed.channel}:1,${had.channel}:${head}`;
    const first = await stream(ada, query);
    const { id } = await first.find('chat_message');
    await first.leave();
    const again = await stream(ada, query, { 'last-event-id': id ?? '' });
    await again.find('subscribed');
    expect(texts(first.items.map(({ frame }) => frame))).toEqual(['missed 1', 'missed 2']);
    expect(texts(again.items.map(({ frame }) => frame))).toEqual(['missed 2']);
    await again.leave();
  });

  test('an id of another epoch or of the future resets each channel and replays nothing [S6]', async () => {
    const room = await makeRoom();
    await post(room);
    for (const id of ['ep_other.1', `${server.app.hub.journal.epoch}.999999999`]) {
      const opened = await stream(ada, `channels=${room.channel},${GLOBAL}`, { 'last-event-id': id });
      await opened.find('subscribed');
      const begun = opened.items.filter(({ event }) => event !== 'presence');
      expect(begun.map(({ event, frame }) => [event, frame.channel])).toEqual([
        ['reset', room.channel],
        ['reset', GLOBAL],
        ['subscribed', 'system'],
      ]);
      expect(opened.items[0]?.frame.payload).toMatchObject({ recovered: false });
      // A place that nobody has reached yet is no place for anybody else either.
      const other = await stream(ben, `channels=${GLOBAL}`);
      await other.find('subscribed');
      await ada.call('hub/broadcast', { event: 'probe_event', payload: {} });
      const { seq } = (await other.find('probe_event')).frame;
      for (const each of [opened, other])
        expect((await each.find('probe_event')).id).toBe(`${server.app.hub.journal.epoch}.${seq}`);
      await other.leave();
      await opened.leave();
    }
    const broken = await stream(ada, `channels=${GLOBAL}`, { 'last-event-id': 'nonsense' });
    expect(broken.response.status).toBe(422);
  });

  test('is cut off a room the moment its person is removed, is told so, and goes on with the rest [S9]', async () => {
    const [secret, open] = [await makeRoom('private'), await makeRoom()];
    for (const { id } of [secret, open]) await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
    const opened = await stream(ben, `channels=${secret.channel},${open.channel}`);
    await opened.find('subscribed');
    await post(secret, 'before');
    await ada.get('chat/removeMember', { roomId: secret.id, userId: ben.user.id });
    await post(secret, 'after');
    await post(open, 'elsewhere');
    await until(() => texts(opened.items.map(({ frame }) => frame)).includes('elsewhere'));
    expect(texts(opened.items.map(({ frame }) => frame))).toEqual(['before', 'elsewhere']);
    expect(opened.items.find(({ event }) => event === 'unsubscribed')?.frame.channel).toBe(secret.channel);
    await opened.leave();
  });

  test('gets no room by itself that its person joins later: it receives what it asked for', async () => {
    const opened = await stream(ben, `channels=${GLOBAL}`);
    await opened.find('subscribed');
    const room = await makeRoom();
    await ada.get('chat/addMember', { roomId: room.id, userId: ben.user.id });
    await post(room);
    await ada.call('hub/broadcast', { event: 'probe_event', payload: {} });
    await opened.find('probe_event');
    expect(opened.items.filter(({ frame }) => frame.channel === room.channel)).toEqual([]);
    await opened.leave();
  });

  test('closes when the session ends [S9]', async () => {
    const carol = await server.join(`Carol${++posted}`);
    const opened = await stream(carol, `channels=${GLOBAL}`);
    await opened.find('subscribed');
    await carol.call('auth/signOut');
    await opened.untilClosed();
    expect((await stream(carol, `channels=${GLOBAL}`)).response.status).toBe(401);
  });

  test('brings the latest value at once, and the values after it', async () => {
    const opened = await stream(ada, 'channels=system:metrics');
    const { id } = await opened.find('system_metrics');
    expect(id).toBeUndefined();
    const second = await stream(ada, 'channels=system:metrics');
    await second.find('system_metrics');
    await Promise.all([opened.leave(), second.leave()]);
    await until(() => !server.app.hub.subscriptions().isOccupied('system:metrics'));
  });

  test('with the channels of a socket begins with the welcome, and rooms come and go with the membership [S8]', async () => {
    const opened = await stream(ben, 'own=true');
    const { frame } = await opened.find('welcome');
    expect(frame.payload).toMatchObject({ user: { id: ben.user.id }, state: { chat: { rooms: expect.any(Array) } } });
    const room = await makeRoom('private');
    await ada.get('chat/addMember', { roomId: room.id, userId: ben.user.id });
    await post(room, 'seen');
    await until(() => texts(opened.items.map((item) => item.frame)).includes('seen'));
    await opened.leave();
  });

  test('by POST from another origin with our cookie is refused, from our own it opens', async () => {
    const send = (origin: string) =>
      fetch(`${server.url}sse/hub/subscribe`, {
        method: 'POST',
        headers: { cookie: ada.cookies, origin, 'content-type': 'application/json' },
        body: JSON.stringify({ channels: [GLOBAL] }),
      });
    expect((await send('https://evil.example')).status).toBe(403);
    const response = await send(new URL(server.url).origin);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('a reader that never reads is cut off at a bound, and leaves nothing behind [S11]', async () => {
    const room = await makeRoom();
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.write(
      `GET /sse/hub/subscribe?channels=${room.channel} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${ada.token}\r\n\r\n`,
    );
    const { connections, statistics } = server.app.hub;
    await until(() => connections.countOf(ada.user.id) === 1);
    const text = 'x'.repeat(9000);
    let sent = 0;
    while (connections.countOf(ada.user.id) > 0 && sent++ < 2000) await post(room, text);
    expect(connections.countOf(ada.user.id)).toBe(0);
    expect(statistics.closes.get(4001)).toBe(1);
    socket.destroy();
  });
});

test('a reader that takes nothing any more is given up after a minute, whichever stream it is [S11]', async () => {
  const clock = new TestClock();
  const own = await startTestServer({ clock, modules: [probeModule().module] });
  const admin = await own.admin();
  const { port, hostname } = new URL(own.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write(
    `GET /sse/probe/count?to=1000000 HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${admin.token}\r\n\r\n`,
  );
  const streams = async () => (await admin.get('hub/stats')).connections.stream;
  await until(async () => (await streams()) === 1);
  for (let beat = 0; beat < 6; beat++) {
    clock.advance(15_000);
    await streams();
  }
  expect(await streams()).toBe(0);
  socket.destroy();
  await own.stop();
});

test('a quiet stream is not taken for a silent peer: it cannot answer a ping', async () => {
  const clock = new TestClock();
  const own = await startTestServer({ clock });
  const admin = await own.admin();
  const opened = await openStream(`${own.url}sse/hub/subscribe?channels=${GLOBAL}`, bearer(admin));
  await opened.find('subscribed');
  for (let seconds = 0; seconds < 120; seconds++) clock.advance(1000);
  await admin.get('hub/broadcast', { event: 'probe_event', payload: {} });
  await opened.find('probe_event');
  expect(opened.items.map(({ event }) => event)).not.toContain('ping');
  await opened.leave();
  await until(() => own.app.hub.connections.size === 0);
  await own.stop();
});

test('nothing of all this is left behind', async () => {
  await until(() => server.app.hub.connections.size === 0);
  expect(server.log.filter((line) => line.includes('failed'))).toEqual([]);
});
