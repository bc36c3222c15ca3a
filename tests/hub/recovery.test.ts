import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { Cursor, SubscribeAck } from '@shared/hub/frames.ts';
import { limits } from '@shared/hub/frames.ts';
import { leversModule } from '../support/levers.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';

const { module, levers } = leversModule();
let server: TestServer;
let ada: Person;
let epoch: string;
let open: TestSocket[] = [];
let posted = 0;

beforeAll(async () => {
  server = await startTestServer({ modules: [module] });
  levers.journal = server.app.hub.journal;
  epoch = server.app.hub.journal.epoch;
  ada = await server.admin();
});
afterEach(async () => {
  for (const socket of open) if (!socket.closed) await socket.close();
  open = [];
});
afterAll(() => server.stop());

const connect = async (): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });
  open.push(socket);
  return socket;
};
const post = ({ id }: { id: string }, text = `text ${++posted}`) =>
  ada.get('chat/postMessage', { roomId: id, clientId: `c-${++posted}`, text });
const postMany = async (room: { id: string }, count: number, text?: string): Promise<void> => {
  for (let left = count; left > 0; left -= 50)
    await Promise.all(Array.from({ length: Math.min(50, left) }, () => post(room, text)));
};
async function makeRoom(): Promise<{ id: string; channel: string }> {
  const { id } = await ada.get('chat/createRoom', { name: `Room ${++posted}`, kind: 'private' });
  return { id, channel: `room:${id}` };
}
const ask = async (socket: TestSocket, channel: string, { epoch: of, offset }: Cursor): Promise<SubscribeAck> =>
  (await socket.ask('subscribe', channel, { since: { epoch: of, offset } })).payload;
const offsetsIn = (socket: TestSocket, channel: string): number[] =>
  socket.events(channel).flatMap(({ offset }) => offset ?? []);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('recovery in pages', () => {
  test('sends nothing new before the last page, which ends with it [R2, R4]', async () => {
    const room = await makeRoom();
    const { channel } = room;
    await postMany(room, limits.recoveryPage + 50);
    const socket = await connect();
    const page = await ask(socket, channel, { epoch, offset: 0 });
    expect(page).toEqual({ recovered: true, more: true, epoch, offset: limits.recoveryPage });
    await post(room);
    expect((await socket.ask('chat_message', channel, { clientId: 'mine', text: 'mine' })).event).toBe('ack');
    expect(offsetsIn(socket, channel)).toEqual(range(1, limits.recoveryPage));

    const head = limits.recoveryPage + 50 + 1 + 2;
    expect(await ask(socket, channel, page)).toEqual({ recovered: true, more: false, epoch, offset: head });
    await post(room);
    await socket.next(({ offset, event }) => offset === head + 1 && event === 'chat_message');
    expect(offsetsIn(socket, channel)).toEqual(range(1, head + 1));
  });

  test('goes on while others write, without a gap and without anything twice, whenever it becomes live [R1, R4]', async () => {
    const room = await makeRoom();
    const { channel } = room;
    await postMany(room, 400);
    const writing = postMany(room, 300);
    const socket = await connect();
    let place: SubscribeAck = { recovered: true, more: true, epoch, offset: 0 };
    while (place.more) {
      place = await ask(socket, channel, place);
      expect(place.recovered).toBe(true);
    }
    await writing;
    await socket.next(({ offset, channel: of }) => of === channel && offset === 701);
    const offsets = offsetsIn(socket, channel);
    // What came live before the first page was asked for is in it, too.
    expect(offsets.slice(offsets.indexOf(1))).toEqual(range(1, 701));
  });

  test('of messages too large for one page comes in smaller ones, in however many rooms at once [R2, L4]', async () => {
    const rooms = await Promise.all(range(1, 4).map(() => makeRoom()));
    for (const room of rooms) await postMany(room, 40, '🙂'.repeat(10_000));
    const socket = await connect();
    const places = new Map(rooms.map(({ channel }) => [channel, { epoch, offset: 0 } as Cursor]));
    let pages = 0;
    while (places.size > 0)
      await Promise.all(
        [...places].map(async ([channel, since]) => {
          const answer = await ask(socket, channel, since);
          expect(answer.recovered).toBe(true);
          if (answer.more) places.set(channel, { epoch, offset: answer.offset });
          else places.delete(channel);
          pages++;
        }),
      );
    expect(pages).toBeGreaterThan(rooms.length);
    for (const { channel } of rooms) expect(offsetsIn(socket, channel)).toEqual(range(1, 41));
    expect(socket.closed).toBeUndefined();
  });
});

describe('what cannot be recovered', () => {
  test('because it is no longer kept is said, with nothing replayed; the last place that is kept is whole [R3]', async () => {
    const room = await makeRoom();
    const { channel } = room;
    await postMany(room, 20);
    await server.app.hub.journal.prune(10, Number.MAX_SAFE_INTEGER / 2);
    const socket = await connect();
    const head = 21;
    for (const offset of [0, 1, head - 11]) {
      expect(await ask(socket, channel, { epoch, offset })).toEqual({
        recovered: false,
        more: false,
        epoch,
        offset: head,
      });
      expect(offsetsIn(socket, channel)).toEqual([]);
    }
    expect(await ask(socket, channel, { epoch, offset: head - 10 })).toMatchObject({ recovered: true, more: false });
    expect(offsetsIn(socket, channel)).toEqual(range(head - 9, head));
    await ask(socket, channel, { epoch, offset: 1 });
    await post(room);
    await socket.next(({ offset, event }) => offset === head + 1 && event === 'chat_message');
    expect(offsetsIn(socket, channel)).toEqual(range(head - 9, head + 1));
  });

  test('because it is of the future or of another epoch is said, a page further on, too [R3]', async () => {
    const room = await makeRoom();
    await post(room);
    const socket = await connect();
    for (const since of [
      { epoch, offset: 3 },
      { epoch, offset: Number.MAX_SAFE_INTEGER },
      { epoch: `${epoch}x`, offset: 1 },
      { epoch: 'ep_0', offset: 0 },
    ])
      expect(await ask(socket, room.channel, since)).toEqual({ recovered: false, more: false, epoch, offset: 2 });
    expect(offsetsIn(socket, room.channel)).toEqual([]);
    expect(await ask(socket, room.channel, { epoch, offset: 2 })).toMatchObject({ recovered: true, more: false });
  });
});

test('a text that was rewritten comes back by no way of recovery [R7]', async () => {
  const room = await makeRoom();
  const { channel } = room;
  const message = await post(room, 'embarrassing');
  await post(room, 'fine');
  const socket = await connect();
  await ask(socket, channel, { epoch, offset: 0 });
  expect(JSON.stringify(socket.frames)).toContain('embarrassing');
  const { offset } = socket.events(channel).find(({ payload }) => payload.id === message.id) ?? {};
  await ada.get('levers/rewrite', { channel, offset, payload: { ...message, body: { kind: 'text', text: '' } } });

  const again = await connect();
  await ask(again, channel, { epoch, offset: 0 });
  expect(offsetsIn(again, channel)).toEqual(range(1, 3));
  const recovered = again.events(channel);
  expect(recovered.map(({ payload }) => payload.body?.text)).toEqual([undefined, '', 'fine']);
  expect(recovered[1]).toMatchObject({ offset, payload: { id: message.id } });
  const poll = await ada.get('hub/poll', { channels: [channel], since: [`${channel}:0`], epoch });
  expect(poll.events.map((frame: { offset: number }) => frame.offset)).toEqual(range(1, 3));
  expect(JSON.stringify(recovered) + JSON.stringify(poll)).not.toContain('embarrassing');
});
