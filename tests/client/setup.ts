import { afterEach } from 'bun:test';
import { createHearth } from '@shared/client/index.ts';
import type { Clock, Hearth, HearthOptions } from '@shared/client/index.ts';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { TestClock } from '../support/clock.ts';
import { TestServer } from './server.ts';
import { until } from '../support/until.ts';

/** The test's clock as the client takes it, and the delays of the timers that wait. */
export function clientClock(clock: TestClock): Clock & { delays(): number[] } {
  const waiting = new Map<unknown, number>();
  return {
    now: clock.now,
    setTimeout(callback, ms) {
      const handle = clock.setTimeout(() => {
        waiting.delete(handle);
        callback();
      }, ms);
      waiting.set(handle, ms);
      return handle;
    },
    clearTimeout(handle) {
      waiting.delete(handle);
      (handle as { cancel(): void }).cancel();
    },
    delays: () => [...waiting.values()],
  };
}

const open: { hearth: Hearth; server: TestServer }[] = [];

afterEach(async () => {
  for (const { hearth, server } of open.splice(0)) {
    hearth.dispose();
    await server.stop();
  }
});

/** A client and its server; the client's clock stands still until the test moves it. */
export function setUp(options: Partial<HearthOptions> = {}) {
  const server = new TestServer();
  const clock = new TestClock();
  const own = clientClock(clock);
  const hearth = createHearth({ baseUrl: server.url, clock: own, random: () => 0, ...options });
  open.push({ hearth, server });

  const received: ServerFrame[] = [];
  const resets: string[] = [];
  const onlines: boolean[] = [];
  const statuses: string[] = [];
  hearth.events.onAny((frame) => received.push(frame));
  hearth.events.onReset((channel) => resets.push(channel));
  hearth.events.onOnline((recovered) => onlines.push(recovered));
  hearth.state.subscribe(({ connection }, previous) => {
    if (connection.status !== previous.connection.status) statuses.push(connection.status);
  });

  const status = () => hearth.state.get().connection.status;
  const goOnline = async () => {
    const before = onlines.length;
    hearth.ws.connect();
    await until(() => onlines.length > before);
  };
  /** Settles when `count` timers wait for so long: 500 ms is the shortest backoff. */
  const waits = (ms: number, count = 1) => until(() => own.delays().filter((each) => each === ms).length === count);
  /** Moves the clock to the next attempt and waits for it to succeed. */
  const comeBack = async () => {
    await until(() => status() === 'offline' && hearth.state.get().connection.retryAt !== undefined);
    const before = onlines.length;
    clock.advance(500);
    await until(() => onlines.length > before);
  };
  /** Settles when everything that the server sent before has arrived. */
  const roundTrip = () => hearth.ws.send('echo', 'system', {});
  const payloads = (channel: string) => received.filter((each) => each.channel === channel).map((each) => each.payload);

  return {
    server,
    clock,
    hearth,
    received,
    resets,
    onlines,
    statuses,
    status,
    goOnline,
    comeBack,
    waits,
    roundTrip,
    payloads,
  };
}
