import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/frames.ts';
import { openWire, type WireEnd } from '../../server/verify/wire/wire.ts';
import { TestClock } from '../support/clock.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const SECOND = 1000;
const clock = new TestClock();
let server: TestServer;
let ada: Person;
let ben: Person;
let open: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({ clock });
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterEach(async () => {
  for (const socket of open) if (!socket.closed) await socket.close();
  open = [];
  await until(() => server.app.hub.connections.size === 0);
  clock.advance(10 * SECOND);
});
afterAll(() => server.stop());

const bearer = (person: Person) => ({ authorization: `Bearer ${person.token}` });
const connect = async (person: Person): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, bearer(person));
  open.push(socket);
  return socket;
};
const pings = (socket: TestSocket): number => socket.frames.filter(({ event }) => event === 'ping').length;
/** Whatever was sent before has arrived once this is answered. */
const settle = (socket: TestSocket): Promise<unknown> => socket.ask('ping', 'system');

describe('a connection', () => {
  test('that is silent for 25 seconds is pinged, and closed with 4002 after 10 more without a frame [L1]', async () => {
    const [silent, alive] = [await connect(ada), await connect(ada)];
    for (let seconds = 0; seconds < 24; seconds += 6) {
      clock.advance(6 * SECOND);
      await settle(alive);
    }
    expect([pings(silent), pings(alive)]).toEqual([0, 0]);
    clock.advance(2 * SECOND);
    await until(() => pings(silent) === 1);
    clock.advance(8 * SECOND);
    await settle(alive);
    expect([silent.closed, pings(silent), pings(alive)]).toEqual([undefined, 1, 0]);
    clock.advance(3 * SECOND);
    expect((await silent.untilClosed()).code).toBe(closeCodes.noPong);
    await settle(alive);
    expect(alive.closed).toBeUndefined();
  });

  test.each([
    ['a pong', { event: 'pong', channel: 'system', payload: {} }],
    ['another frame', { event: 'unsubscribe', channel: 'system:metrics', payload: {} }],
    ['nonsense', 'nonsense'],
  ])('that answers a ping by %s lives on, and is pinged again after the next silence [L1]', async (_, frame) => {
    const socket = await connect(ada);
    clock.advance(limits.pongTimeout + SECOND);
    for (let round = 1; round <= 3; round++) {
      clock.advance(limits.pingInterval - limits.pongTimeout);
      await until(() => pings(socket) === round);
      const received = server.app.hub.statistics.framesIn;
      socket.send(frame);
      await until(() => server.app.hub.statistics.framesIn > received);
      clock.advance(limits.pongTimeout + SECOND);
    }
    expect((await socket.ask('ping', 'system')).event).toBe('pong');
  });

  test('whose peer is gone without a word is given up all the same, and forgotten at once [L1]', async () => {
    const ends: WireEnd[] = [];
    const heard: string[] = [];
    const wire = await openWire({
      port: Number(new URL(server.url).port),
      headers: bearer(ben),
      text: (text) => heard.push(JSON.parse(text).event),
      closed: (end) => ends.push(end),
    });
    await until(() => heard.includes('welcome'));
    wire.pause();
    clock.advance(limits.pingInterval + SECOND);
    clock.advance(limits.pongTimeout);
    await until(() => server.app.hub.connections.size === 0);
    expect(ends).toEqual([]);
    wire.resume();
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ code: closeCodes.noPong }]);
    expect(heard).toContain('ping');
  });
});

describe('somebody’s presence', () => {
  const changes = (socket: TestSocket): string[] =>
    socket
      .events('global', 'presence')
      .flatMap(({ payload }) => payload.users)
      .filter(({ id }: { id: string }) => id === ben.user.id)
      .map(({ presence }: { presence: string }) => presence);
  const joins = (socket: TestSocket): string[] =>
    socket.frames
      .filter(({ event, payload }) => /^user_(join|leave)$/.test(event) && payload.userId === ben.user.id)
      .map(({ event }) => event);
  const leave = async (socket: TestSocket): Promise<void> => {
    const before = server.app.hub.connections.size;
    await socket.close();
    await until(() => server.app.hub.connections.size === before - 1);
  };

  test('begins with their first device and ends five seconds after their last; shorter absences are none [P1, P2]', async () => {
    const watcher = await connect(ada);
    const seen = async (wanted: string[]): Promise<void> => {
      clock.advance(SECOND);
      await settle(watcher);
      expect([changes(watcher), joins(watcher)]).toEqual([
        wanted,
        wanted.map((presence) => (presence === 'online' ? 'user_join' : 'user_leave')),
      ]);
    };
    const [phone, desk] = [await connect(ben), await connect(ben)];
    await seen(['online']);
    await leave(phone);
    clock.advance(10 * SECOND);
    await seen(['online']);
    await leave(desk);
    clock.advance(3 * SECOND);
    await seen(['online']);
    const again = await connect(ben);
    clock.advance(10 * SECOND);
    await seen(['online']);
    await leave(again);
    clock.advance(4 * SECOND);
    await settle(watcher);
    expect(changes(watcher)).toEqual(['online']);
    clock.advance(SECOND);
    await seen(['online', 'offline']);
  });
});
