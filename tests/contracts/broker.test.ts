import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createHearth, type Hearth } from '@shared/client/index.ts';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { contract } from '@shared/kernel/contract.ts';
import { createBroker } from '../../server/hub/broker.ts';
import { type Delivery, Taps } from '../../server/hub/taps.ts';
import { implement } from '../../server/modules/module.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type BrokerHouse, brokerSuite } from './broker-suite.ts';

brokerSuite('sockets, by the topics of Bun', async (): Promise<BrokerHouse> => {
  const server = Bun.serve<string>({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request, self) =>
      self.upgrade(request, { data: new URL(request.url).searchParams.get('channel') ?? '' })
        ? undefined
        : new Response(null, { status: 426 }),
    websocket: {
      open(ws) {
        ws.subscribe(ws.data);
        ws.send('joined');
      },
      message() {},
    },
  });
  const sockets: WebSocket[] = [];
  return {
    broker: createBroker(() => server, new Taps()),
    async join(channel) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/?${new URLSearchParams({ channel }).toString()}`);
      sockets.push(socket);
      const arrived: string[] = [];
      socket.addEventListener('message', ({ data }) => arrived.push(String(data)));
      await until(() => arrived.shift(), 'to be let in');
      return {
        received: arrived,
        async leave() {
          socket.close();
          await until(() => socket.readyState === WebSocket.CLOSED, 'the socket to close');
        },
      };
    },
    async close() {
      for (const socket of sockets) socket.close();
      await server.stop(true);
    },
  };
});

brokerSuite('streams and polls, by taps', async (): Promise<BrokerHouse> => {
  const taps = new Taps();
  return {
    broker: createBroker(() => undefined, taps),
    async join(channel) {
      const received: string[] = [];
      const tap = { receive: ({ frame }: Delivery) => void received.push(frame) };
      taps.add(channel, tap);
      return { received, leave: async () => taps.remove(channel, tap) };
    },
    close: async () => {},
  };
});

const kinds = ['journalled', 'latest', 'ephemeral'] as const;
type Kind = (typeof kinds)[number];

/** A module with a channel of each kind that admins may publish to. */
const lab = implement(
  contract('lab', {}),
  {},
  { channels: kinds.map((kind) => ({ prefix: `lab_${kind}`, kind, maySubscribe: () => true, accepts: () => true })) },
);

describe('what a channel delivers to a plain socket and to the SDK', () => {
  let server: TestServer;
  let admin: Person;
  let watcher: Person;
  beforeAll(async () => {
    server = await startTestServer({ modules: [lab] });
    admin = await server.admin();
    watcher = await server.join('Watcher');
  });
  afterAll(() => server.stop());

  const send = (channel: string, n: number) =>
    admin.get('hub/publish', { channel, event: 'lab_event', payload: { n } });
  const numbers = (frames: readonly ServerFrame<string, any>[]) => frames.map(({ payload }) => payload.n as number);

  interface Both {
    socket: TestSocket;
    hearth: Hearth;
    /** Events that the SDK gave out, of any channel. */
    frames: ServerFrame<string, any>[];
    [Symbol.asyncDispose](): Promise<void>;
  }
  const connect = async (): Promise<Both> => {
    const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${watcher.token}` });
    const hearth = createHearth({ baseUrl: server.url, token: () => watcher.token, random: () => 0 });
    const frames: ServerFrame<string, any>[] = [];
    hearth.events.onAny((frame) => frames.push(frame));
    hearth.ws.connect();
    await until(() => hearth.state.get().connection.status === 'online', 'the SDK to be online');
    return {
      socket,
      hearth,
      frames,
      async [Symbol.asyncDispose]() {
        hearth.dispose();
        if (!socket.closed) await socket.close();
      },
    };
  };
  const of = (channel: string, frames: readonly ServerFrame[]) => frames.filter((frame) => frame.channel === channel);

  test.each(kinds)('%s: both receive the same frames in the same order', async (kind: Kind) => {
    await using both = await connect();
    const channel = `lab_${kind}:same`;
    const ack = await both.socket.ask('subscribe', channel);
    const subscription = both.hearth.ws.subscribe(channel);
    expect(await subscription.ready).toMatchObject({ ok: true, data: ack.payload });
    for (let n = 1; n <= 30; n++) await send(channel, n);
    await until(() => of(channel, both.frames).length === 30 && both.socket.events(channel).length === 30);
    expect(of(channel, both.frames)).toEqual(both.socket.events(channel));
    expect(numbers(both.socket.events(channel))).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    const { offset } = both.socket.events(channel)[29] ?? {};
    expect(offset).toBe(kind === 'journalled' ? 30 : undefined);
  });

  test('a latest value comes at once, and only the last one', async () => {
    await using first = await connect();
    const channel = 'lab_latest:value';
    await first.socket.ask('subscribe', channel);
    for (const n of [1, 2, 3]) await send(channel, n);
    await using both = await connect();
    await both.socket.ask('subscribe', channel);
    await both.hearth.ws.subscribe(channel).ready;
    await until(() => of(channel, both.frames).length > 0);
    expect(numbers(both.socket.events(channel))).toEqual([3]);
    expect(of(channel, both.frames)).toEqual(both.socket.events(channel));
  });

  test('what is ephemeral or journalled before the subscription does not come', async () => {
    for (const kind of ['ephemeral', 'journalled']) {
      const channel = `lab_${kind}:before`;
      await send(channel, 1);
      await using both = await connect();
      await both.socket.ask('subscribe', channel);
      await both.hearth.ws.subscribe(channel).ready;
      await send(channel, 2);
      await until(() => of(channel, both.frames).length > 0 && both.socket.events(channel).length > 0);
      expect(numbers(of(channel, both.frames) as ServerFrame<string, any>[])).toEqual([2]);
      expect(numbers(both.socket.events(channel))).toEqual([2]);
    }
  });

  test('what was journalled while both were cut off comes to both, once and in order', async () => {
    await using both = await connect();
    const channel = 'lab_journalled:cut';
    await both.socket.ask('subscribe', channel);
    await both.hearth.ws.subscribe(channel).ready;
    for (let n = 1; n <= 5; n++) await send(channel, n);
    await until(() => of(channel, both.frames).length === 5 && both.socket.events(channel).length === 5);
    const { epoch, offset } = both.socket.events(channel)[4] ?? {};

    expect(await admin.get('hub/disconnect', { userId: watcher.user.id })).toEqual({ closed: 2 });
    await both.socket.untilClosed();
    for (let n = 6; n <= 400; n++) await send(channel, n);

    const again = await openSocket(`${server.url}ws`, { authorization: `Bearer ${watcher.token}` });
    for (let since = { epoch, offset }; ;) {
      const { payload } = await again.ask('subscribe', channel, { since });
      expect(payload.recovered).toBe(true);
      if (!payload.more) break;
      since = { epoch, offset: payload.offset };
    }
    await send(channel, 401);
    await until(() => of(channel, both.frames).length === 401, 'the SDK to catch up');
    await until(() => again.events(channel).length === 396, 'the socket to catch up');
    expect(of(channel, both.frames)).toEqual([...both.socket.events(channel), ...again.events(channel)]);
    await again.close();
  });

  test('a channel that nobody rules is refused to both alike', async () => {
    await using both = await connect();
    const refusal = await both.socket.ask('subscribe', 'nobody:rules');
    const result = await both.hearth.ws.subscribe('nobody:rules').ready;
    expect(result).toMatchObject({ ok: false, error: refusal.payload });
  });
});
