import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { type Clock, systemClock, type Timer } from '../../server/platform/clock.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

/** Nobody looks at how long it takes until those that are gone count as gone. */
const HURRY = 4;

/** Time that runs faster, and which timers wait. */
class CountedClock implements Clock {
  readonly waiting = new Set<Timer>();
  readonly #begun = systemClock.now();

  now = (): number => this.#begun + (systemClock.now() - this.#begun) * HURRY;

  setTimeout = (callback: () => void, ms: number): Timer => {
    const timer = systemClock.setTimeout(() => {
      this.waiting.delete(counted);
      callback();
    }, ms / HURRY);
    const counted = this.#counted(timer);
    return counted;
  };

  setInterval = (callback: () => void, ms: number): Timer =>
    this.#counted(systemClock.setInterval(callback, ms / HURRY));

  #counted(timer: Timer): Timer {
    const counted = {
      cancel: () => {
        this.waiting.delete(counted);
        timer.cancel();
      },
    };
    this.waiting.add(counted);
    return counted;
  }
}

/** Everything that makes timers, listeners and files: sockets, streams, subscriptions, presence, statistics. */
async function live(server: TestServer): Promise<void> {
  const ada = await server.admin();
  const headers = { authorization: `Bearer ${ada.token}` };
  const [room] = await ada.get('chat/listRooms');
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(`${server.url}ws`, headers)));
  for (const socket of sockets) {
    await socket.ask('subscribe', 'system:metrics');
    await socket.ask('subscribe', 'system:stats');
    await socket.ask('user_typing', `room:${room.id}`, { typing: true });
  }
  const leaving = new AbortController();
  const stream = await fetch(`${server.url}sse/hub/subscribe?channels=global`, { headers, signal: leaving.signal });
  expect(stream.status).toBe(200);
  leaving.abort();
  // Half say goodbye, half are cut off by the server.
  for (const socket of sockets.slice(10)) await socket.close();
  await ada.get('hub/disconnect', { userId: ada.user.id });
  await Promise.all(sockets.map((socket) => socket.untilClosed()));
}

describe('a server', () => {
  test('keeps no timer of what was closed, but those it has had', async () => {
    const clock = new CountedClock();
    const server = await startTestServer({ clock });
    await live(server);
    const settled = () =>
      until(() => !server.app.hub.presence.size && clock.waiting.size, 'everybody to be gone', 15_000);
    const first = await settled();
    await live(server);
    await live(server);
    expect(await settled()).toBe(first);
    await server.stop();
  }, 60_000);

  test('that is stopped leaves no timer', async () => {
    const clock = new CountedClock();
    const server = await startTestServer({ clock });
    await live(server);
    await server.stop();
    expect(clock.waiting.size).toBe(0);
  });

  test.if(process.platform === 'linux')('that is stopped leaves no file and no socket open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const cycle = async (): Promise<void> => {
      const server = await startTestServer();
      await live(server);
      await server.stop();
    };
    await cycle();
    const before = open();
    await cycle();
    await cycle();
    const isClosed = (): boolean => {
      // SQLite closes a file with the last statement that was prepared on it, and those go with the garbage.
      Bun.gc(true);
      return open() <= before;
    };
    await until(isClosed, () => `${open()} are open, ${before} were`);
  });
});
