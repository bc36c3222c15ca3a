import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import type { Stats } from '@shared/hub/stats.ts';
import { createStatsFeed } from '../../server/hub/stats-feed.ts';
import { TestClock } from '../support/clock.ts';
import { openStream } from '../support/feed-stream.ts';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let ben: Person;
let open: TestSocket[] = [];

const connect = async (person: Person, headers: Record<string, string> = {}): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${person.token}`, ...headers });
  open.push(socket);
  return socket;
};
const idOf = (socket: TestSocket): string => socket.frames[0]?.payload.connectionId;
const stats = (): Promise<Stats & { newest: unknown[] }> => ada.get('hub/stats');
const listed = (input: Record<string, unknown> = {}): Promise<{ total: number; items: any[] }> =>
  ada.get('hub/connections', input);

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterEach(async () => {
  for (const socket of open) if (!socket.closed) await socket.close();
  open = [];
  await until(() => server.app.hub.connections.size === 0);
});
afterAll(() => server.stop());

describe('the statistics', () => {
  test('count connections, sessions and people, each for itself', async () => {
    await connect(ada);
    await connect(ben);
    await connect(ben);
    await connect(await server.signIn('ben@example.org', 'a long enough password'));
    expect(await stats()).toMatchObject({
      connections: { websocket: 4, sse: 0, poll: 0, stream: 0, socket: 0 },
      sessions: 3,
      users: 2,
    });
  });

  test('count what modules hold open, and forget it when it goes', async () => {
    const authorization = `Bearer ${ben.token}`;
    const abort = new AbortController();
    const stream = await fetch(`${server.url}sse/probe/wait`, { headers: { authorization }, signal: abort.signal });
    const socket = await openSocket(`${server.url}ws/probe/talk?room=x`, { authorization }, { welcome: false });
    expect((await stats()).connections).toEqual({ websocket: 0, sse: 0, poll: 0, stream: 1, socket: 1 });
    abort.abort();
    await stream.text().catch(() => '');
    await socket.close();
    await until(async () => (await stats()).connections.stream + (await stats()).connections.socket === 0);
  });

  test('count who receives by a stream, not who merely polls, and end both with their person', async () => {
    const authorization = `Bearer ${ben.token}`;
    const before = await stats();
    expect((await ben.call('hub/poll', { channels: 'global' })).status).toBe(200);
    expect((await stats()).opened).toBe(before.opened);
    expect((await stats()).closed).toEqual(before.closed);

    const stream = await fetch(`${server.url}sse/hub/subscribe?channels=probe:1`, {
      headers: { authorization, 'user-agent': 'Lynx/9' },
    });
    await until(async () => (await stats()).connections.sse === 1);
    expect((await stats()).connections).toEqual({ websocket: 0, sse: 1, poll: 0, stream: 0, socket: 0 });
    expect((await stats()).opened).toBe(before.opened + 1);
    expect((await listed({ text: 'lynx' })).items).toMatchObject([
      { transport: 'sse', user: { name: 'Ben' }, channels: 1, subscribed: ['probe:1'] },
    ]);
    expect(await ada.get('hub/disconnect', { userId: ben.user.id })).toEqual({ closed: 1 });
    await stream.text();
    await until(async () => (await listed()).total === 0);
  });

  test('count frames and bytes both ways, as they were on the wire', async () => {
    const socket = await connect(ben);
    const { statistics } = server.app.hub;
    const { framesIn, bytesIn, framesOut, bytesOut } = statistics;
    const from = socket.frames.length;
    const sent = JSON.stringify({ event: 'ping', channel: 'system', payload: { text: 'zwölf €' }, id: 1 });
    socket.raw(sent);
    await socket.next(({ id }) => id === 1, from);
    expect([statistics.framesIn - framesIn, statistics.bytesIn - bytesIn]).toEqual([1, Buffer.byteLength(sent)]);
    // Who came online may be told in between.
    await until(() => statistics.framesOut - framesOut === socket.frames.length - from);
    const arrived = socket.frames.slice(from).map((frame) => Buffer.byteLength(JSON.stringify(frame)));
    expect(statistics.bytesOut - bytesOut).toBe(arrived.reduce((sum, bytes) => sum + bytes));
  });

  test('count a published frame once for each of its receivers', async () => {
    const sockets = [await connect(ada), await connect(ben), await connect(ben)];
    for (const socket of sockets) await socket.ask('subscribe', 'probe:1');
    const { statistics } = server.app.hub;
    const { framesOut, bytesOut } = statistics;
    server.app.hub.publish('probe:1', 'noise', { text: 'ä' });
    server.app.hub.publish('probe:2', 'unheard', {});
    const counted = [statistics.framesOut - framesOut, statistics.bytesOut - bytesOut];
    const [frame] = await Promise.all(sockets.map((socket) => socket.next(({ event }) => event === 'noise')));
    expect(counted).toEqual([3, 3 * Buffer.byteLength(JSON.stringify(frame))]);
  });

  test('count refused frames by what was wrong, and closed connections by code', async () => {
    const before = await stats();
    const rude = await connect(ben);
    for (let n = 0; n < 50; n++) rude.raw('{{');
    expect((await rude.untilClosed()).code).toBe(closeCodes.protocolViolation);
    await until(() => server.app.hub.connections.size === 0);
    const after = await stats();
    expect((after.refusedFrames['request.malformed'] ?? 0) - (before.refusedFrames['request.malformed'] ?? 0)).toBe(50);
    expect((after.closed[closeCodes.protocolViolation] ?? 0) - (before.closed[closeCodes.protocolViolation] ?? 0)).toBe(
      1,
    );
    expect(after.opened - before.opened).toBe(1);
  });

  test('count close codes that a client made up as one', async () => {
    const before = (await stats()).closed;
    for (const code of [3001, 4999, 1000]) {
      const socket = new WebSocket(`${server.url}ws`.replace('http', 'ws'), {
        headers: { authorization: `Bearer ${ben.token}` },
      } as unknown as string[]);
      await until(() => socket.readyState === WebSocket.OPEN);
      socket.close(code);
    }
    const counted = async (name: string) => ((await stats()).closed[name] ?? 0) - (before[name] ?? 0);
    await until(async () => (await counted('other')) === 2 && (await counted('1000')) === 1);
    expect((await stats()).closed['4999']).toBeUndefined();
  });

  test('count handshakes that were refused by their reason', async () => {
    const before = (await stats()).refused;
    await fetch(`${server.url}ws`);
    await fetch(`${server.url}ws`, { headers: { cookie: ada.cookies, origin: 'https://evil.example' } });
    const after = (await stats()).refused;
    expect([after.unauthenticated! - before.unauthenticated!, after.origin! - before.origin!]).toEqual([1, 1]);
  });

  test('count recoveries, those that failed, and what was sent again', async () => {
    const channel = `user:${ben.user.id}`;
    const { cursor } = await ada.get('hub/sendToUser', { userId: ben.user.id, event: 'one', payload: {} });
    await ada.get('hub/sendToUser', { userId: ben.user.id, event: 'two', payload: {} });
    const before = (await stats()).recoveries;
    const socket = await connect(ben);
    await socket.ask('subscribe', channel, { since: { epoch: cursor.epoch, offset: cursor.offset - 1 } });
    await socket.ask('subscribe', channel, { since: { epoch: 'another', offset: 1 } });
    await socket.ask('subscribe', 'probe:1');
    const after = (await stats()).recoveries;
    expect([after.recovered - before.recovered, after.lost - before.lost, after.events - before.events]).toEqual([
      1, 1, 2,
    ]);
  });

  test('count recoveries of streams and of polls that begin, too, and what a poll that goes on could not get', async () => {
    const channel = `user:${ben.user.id}`;
    const note = () => ada.get('hub/sendToUser', { userId: ben.user.id, event: 'note', payload: {} });
    const { cursor } = await note();
    const { offset } = (await note()).cursor;
    const counted = async (action: () => Promise<unknown>) => {
      const before = (await stats()).recoveries;
      await action();
      const after = (await stats()).recoveries;
      return [after.recovered - before.recovered, after.lost - before.lost, after.events - before.events];
    };
    const streamed = (query: string) => async () => {
      const headers = { authorization: `Bearer ${ben.token}` };
      const stream = await openStream(`${server.url}sse/hub/subscribe?channels=${channel},global&${query}`, headers);
      await stream.find('subscribed');
      await stream.leave();
    };
    const polled = (input: object) => () => ben.get('hub/poll', { channels: [channel, 'global'], ...input });
    const missed = [`${channel}:${offset - 1}`];
    const elsewhere = `${cursor.epoch}x.1`;
    expect(await counted(streamed(''))).toEqual([0, 0, 0]);
    expect(await counted(streamed(`lastEventId=${cursor.epoch}.${cursor.seq}`))).toEqual([2, 0, 1]);
    expect(await counted(streamed(`since=${channel}:${offset - 1}`))).toEqual([1, 0, 1]);
    expect(await counted(streamed(`lastEventId=${elsewhere}`))).toEqual([0, 2, 0]);
    expect(await counted(polled({}))).toEqual([0, 0, 0]);
    expect(await counted(polled({ since: missed }))).toEqual([1, 0, 1]);
    expect(await counted(polled({ cursor: `${cursor.epoch}.${cursor.seq}` }))).toEqual([0, 0, 0]);
    expect(await counted(polled({ cursor: elsewhere }))).toEqual([0, 2, 0]);
  });

  test('measure commits, answers, the event loop, memory and the journal', async () => {
    const socket = await connect(ben);
    const before = await stats();
    await ada.get('hub/broadcast', { event: 'note', payload: {} });
    await socket.ask('ping', 'system');
    const after = await stats();
    expect(after.commits.count).toBe(before.commits.count + 1);
    expect(after.commits.duration.p50).toBeGreaterThan(0);
    expect(after.ackLatency.count).toBe(before.ackLatency.count + 1);
    expect(after.ackLatency.p99).toBeGreaterThan(0);
    expect(after.journal).toEqual({ epoch: before.journal.epoch, seq: before.journal.seq + 1 });
    expect(after.memory.resident).toBeGreaterThan(10_000_000);
    expect(after.cpu).toBeGreaterThan(0);
    expect(after.requests['2xx']).toBeGreaterThan(before.requests['2xx'] ?? 0);
    expect(await until(async () => (await stats()).eventLoop.p99)).toBeGreaterThanOrEqual(0);
  });

  test('name the busiest channels, the busiest first, and no more than ten', async () => {
    const sockets = [await connect(ada), await connect(ben), await connect(ben)];
    for (const [at, socket] of sockets.entries())
      for (let n = at; n < 5; n++) await socket.ask('subscribe', `probe:${n}`);
    const few = (await stats()).channels;
    // Three probes, global and the room; then a probe and Ben's own; then a probe and Ada's own.
    expect(few.top.map(({ connections }) => connections)).toEqual([3, 3, 3, 3, 3, 2, 2, 1, 1]);
    expect([few.occupied, few.subscriptions]).toEqual([9, 21]);
    for (let n = 10; n < 20; n++) await sockets[0]?.ask('subscribe', `probe:${n}`);
    const many = (await stats()).channels;
    expect(many.top).toHaveLength(10);
    expect(many.top.slice(0, 7)).toEqual(few.top.slice(0, 7));
    expect(many.occupied).toBe(19);
  });
});

describe('the list of connections', () => {
  test('shows of each who, since when, from where and how much', async () => {
    const socket = await connect(ben, { 'user-agent': 'Lynx/9' });
    await socket.ask('subscribe', 'probe:1');
    await socket.ask('ping', 'system');
    const { total, items } = await listed();
    expect(total).toBe(1);
    const [{ sessionId, connectedAt, lastActivity, expiresAt, ...rest }] = items;
    expect(sessionId).toStartWith('ses_');
    expect(Math.abs(Date.now() - connectedAt)).toBeLessThan(60_000);
    expect(lastActivity).toBeGreaterThanOrEqual(connectedAt);
    expect(expiresAt).toBeGreaterThan(connectedAt);
    const given = socket.frames[0]?.payload.channels.length;
    expect(rest).toMatchObject({
      id: idOf(socket),
      transport: 'websocket',
      user: { id: ben.user.id, name: 'Ben', role: 'member' },
      address: '127.0.0.1',
      userAgent: 'Lynx/9',
      channels: given + 1,
      subscribed: ['probe:1'],
      messageCount: 2,
      queued: 0,
      buffered: 0,
    });
    expect(rest.bytesIn).toBeGreaterThan(100);
    expect((await stats()).newest).toMatchObject([{ id: idOf(socket) }]);
  });

  test('is sought through, sorted and cut off', async () => {
    const [first, second, third] = [
      await connect(ada, { 'user-agent': 'Lynx/9' }),
      await connect(ben, { 'user-agent': 'Mosaic' }),
      await connect(ben, { 'user-agent': 'lynx/8' }),
    ];
    for (let n = 0; n < 3; n++) await second.ask('ping', 'system');
    const order = async (input: Record<string, unknown>) => (await listed(input)).items.map(({ id }) => id);
    expect(await order({ text: 'LYNX', sort: 'name', descending: false })).toEqual([idOf(first), idOf(third)]);
    expect((await order({ sort: 'messageCount' }))[0]).toBe(idOf(second));
    expect(await order({ text: idOf(third) })).toEqual([idOf(third)]);
    expect((await order({ userId: ben.user.id })).toSorted()).toEqual([idOf(second), idOf(third)].toSorted());
    expect(await listed({ limit: 1, sort: 'name', descending: false })).toMatchObject({
      total: 3,
      items: [{ id: idOf(first) }],
    });
    expect((await ada.call('hub/connections', { sort: 'password' })).status).toBe(422);
  });
});

describe('the channel of the statistics', () => {
  test('is for admins alone [A7]', async () => {
    const [admin, member] = [await connect(ada), await connect(ben)];
    expect((await member.ask('subscribe', 'system:stats')).payload.code).toBe('hub.channel_not_found');
    expect((await admin.ask('subscribe', 'system:stats')).event).toBe('ack');
    const frame = await admin.next(({ event }) => event === 'system_stats');
    expect(frame).toMatchObject({ channel: 'system:stats', payload: { connections: { websocket: 2 } } });
    expect(frame.payload.newest).toBeUndefined();
    expect((await member.ask('ping', 'system')).event).toBe('pong');
    expect(member.frames.some(({ event }) => event === 'system_stats')).toBe(false);
  });

  test('is read every two seconds while somebody watches, and not at all otherwise [A7]', () => {
    const clock = new TestClock();
    let reads = 0;
    const feed = createStatsFeed({ clock, read: () => ({ n: ++reads }) as unknown as Stats, publish: () => {} });
    clock.advance(60_000);
    expect(reads).toBe(0);
    feed.namespace.onOccupied?.('system:stats');
    clock.advance(0);
    expect(reads).toBe(1);
    clock.advance(4000);
    expect(reads).toBe(3);
    feed.namespace.onVacant?.('system:stats');
    clock.advance(60_000);
    expect([reads, clock.pending]).toEqual([3, 0]);
    feed.namespace.onOccupied?.('system:stats');
    feed.stop();
    clock.advance(60_000);
    expect([reads, clock.pending]).toEqual([3, 0]);
  });
});
