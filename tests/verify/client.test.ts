import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Server, ServerWebSocket } from 'bun';
import { Client } from '../../server/verify/client.ts';
import type { Person } from '../../server/verify/house.ts';
import { createRandom } from '../../server/verify/random.ts';
import { until } from '../support/until.ts';

type Reply = (frame: { id: number; event: string; payload: Record<string, unknown> }) => unknown[];

const person = { id: 'usr_1', name: 'Ada' } as unknown as Person;
const channel = 'room:room_1';
const welcome = (offset: number, epoch = 'e') => ({
  event: 'welcome',
  channel: 'system',
  payload: { connectionId: 'con_1', epoch, channels: [{ channel, offset }] },
});
const message = (offset: number, epoch = 'e') => ({
  event: 'chat_message',
  channel,
  payload: { clientId: `m${offset}` },
  offset,
  epoch,
});

/** A server that says what a test wants, right or wrong. */
let server: Server<undefined>;
let sockets: ServerWebSocket<undefined>[];
let greeting: unknown[];
let reply: Reply;
let client: Client;

const say = (...frames: unknown[]): void => {
  for (const frame of frames) sockets.at(-1)?.send(JSON.stringify(frame));
};

beforeEach(() => {
  sockets = [];
  greeting = [welcome(3)];
  reply = () => [];
  server = Bun.serve<undefined>({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request, self) =>
      self.upgrade(request, { data: undefined }) ? undefined : new Response('', { status: 400 }),
    websocket: {
      open(ws) {
        sockets.push(ws);
        say(...greeting);
      },
      message: (_, data) => say(...reply(JSON.parse(String(data)))),
    },
  });
  client = new Client({
    house: { server: { port: server.port ?? 0 }, tokenOf: () => Promise.resolve('token') },
    person,
    random: createRandom(1),
  });
});

afterEach(async () => {
  await client.leave();
  await server.stop(true);
});

const connected = async (): Promise<void> => {
  client.connect();
  await until(() => client.isCurrent);
};
const faults = (): Promise<string> => until(() => client.faults.join('; '));

describe('a client that trusts nothing', () => {
  test('finds no fault with what the protocol says', async () => {
    await connected();
    say(message(4), message(5));
    await until(() => client.views.get(channel)?.last === 5);
    expect(client.faults).toEqual([]);
  });

  test.each([
    ['an event that comes twice', [message(4), message(4)], 'came twice'],
    ['an event that is missing', [message(5)], 'came where 4 was due'],
    ['an event of another epoch', [message(4, 'other')], 'another epoch'],
    ['an answer to nothing', [{ event: 'ack', channel, payload: {}, id: 99 }], 'waits for none'],
    ['an error that is a bug', [{ event: 'error', channel, payload: { code: 'server.internal' } }], 'server.internal'],
  ])('notes %s', async (_, frames, fault) => {
    await connected();
    say(...frames);
    expect(await faults()).toContain(fault);
  });

  test('notes an event before welcome', async () => {
    greeting = [message(4), welcome(4)];
    client.connect();
    expect(await faults()).toContain('before welcome');
  });

  test('recovers what it missed, and notes a recovery that leaves something out', async () => {
    await connected();
    greeting = [welcome(6)];
    reply = ({ id, event }) =>
      event === 'subscribe'
        ? [
            message(4),
            message(5),
            { event: 'ack', channel, id, payload: { recovered: true, more: false, epoch: 'e', offset: 6 } },
          ]
        : [];
    client.cut();
    expect(await faults()).toContain('6 and later did not come');
  });

  test('notes that its place was lost, and goes on from the new one', async () => {
    await connected();
    greeting = [welcome(9, 'new')];
    reply = ({ id }) => [
      { event: 'ack', channel, id, payload: { recovered: false, more: false, epoch: 'new', offset: 9 } },
    ];
    client.cut();
    await until(() => client.lost.length > 0);
    say(message(10, 'new'));
    await until(() => client.views.get(channel)?.last === 10);
    expect(client.faults).toEqual([]);
  });

  test('sends a message again until it is answered', async () => {
    await connected();
    let tries = 0;
    reply = ({ id, event }) => {
      if (event !== 'chat_message' || ++tries < 3) {
        client.cut();
        return [];
      }
      return [{ event: 'ack', channel, id, payload: {}, offset: 4 }];
    };
    expect(await client.post('room_1', 'again', 'text')).toEqual({ clientId: 'again', roomId: 'room_1', offset: 4 });
    expect(tries).toBe(3);
  });
});
