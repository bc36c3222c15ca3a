import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '@shared/chat/schema.ts';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { type Receiver, receivers } from '../support/receivers.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

setDefaultTimeout(60_000);

let server: TestServer;
let ada: Person;
let ben: Person;
const open: Receiver[] = [];

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.interrupt();
});
afterAll(() => server.stop());

async function makeRooms(count: number, kind: 'public' | 'private' = 'public'): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let n = 0; n < count; n++) {
    const room = await ada.get<Room>('chat/createRoom', { name: `Room ${n}`, kind });
    await ada.get('chat/addMember', { roomId: room.id, userId: ben.user.id });
    rooms.push(room);
  }
  return rooms;
}

let posted = 0;
const post = ({ id }: Room) =>
  ada.get('chat/postMessage', { roomId: id, clientId: `m-${++posted}`, text: `message ${posted}` });
const channelOf = ({ id }: Room) => `room:${id}`;

/** The same subscription by every transport, receiving. */
async function receiveAll(channels: readonly string[]): Promise<[string, Receiver][]> {
  const all = receivers.map(([name, receive]): [string, Receiver] => [name, receive(server, ben, channels)]);
  open.push(...all.map(([, receiver]) => receiver));
  await Promise.all(all.map(([, receiver]) => receiver.resume()));
  return all;
}

const of = (frames: readonly ServerFrame[], channel: string) => frames.filter((frame) => frame.channel === channel);

/** What the journal holds of a channel after an offset, as frames. */
async function journalled(channel: string, after = 0): Promise<ServerFrame[]> {
  const { journal } = server.app.hub;
  const events = await journal.after(channel, after, 100_000);
  return events.map(({ event, seq, offset, payload, at }) => ({
    event,
    channel,
    payload: JSON.parse(payload),
    offset,
    epoch: journal.epoch,
    seq,
    ts: at,
  }));
}

async function expectAll(all: [string, Receiver][], rooms: readonly Room[], starts: ReadonlyMap<string, number>) {
  for (const room of rooms) {
    const channel = channelOf(room);
    const wanted = await journalled(channel, starts.get(channel));
    for (const [name, receiver] of all) {
      await until(
        () => of(receiver.frames, channel).length >= wanted.length,
        () => `${name}: ${of(receiver.frames, channel).length} of ${wanted.length}`,
        20_000,
      );
      expect(of(receiver.frames, channel), name).toEqual(wanted);
    }
  }
}

async function headsOf(rooms: readonly Room[]): Promise<Map<string, number>> {
  const heads = new Map<string, number>();
  for (const room of rooms) heads.set(channelOf(room), await server.app.hub.journal.head(channelOf(room)));
  return heads;
}

const isSorted = (frames: readonly ServerFrame[]): boolean =>
  frames.every(({ seq = 0 }, at) => at === 0 || seq > (frames[at - 1]?.seq ?? 0));

test('every transport delivers the same frames: channel, payload, offset, epoch, seq and time, once and in order [S4]', async () => {
  const rooms = await makeRooms(3);
  const starts = await headsOf(rooms);
  const all = await receiveAll(rooms.map(channelOf));
  for (let n = 0; n < 30; n++) await post(rooms[n % 3]!);
  await expectAll(all, rooms, starts);
  for (const [name, { frames, resets }] of all) {
    expect(isSorted(frames), name).toBe(true);
    expect(resets, name).toEqual([]);
  }
});

test('what was missed on several channels follows in pages, in the order of seq, before anything new [S4, S5]', async () => {
  const rooms = await makeRooms(4);
  const starts = await headsOf(rooms);
  const all = await receiveAll(rooms.map(channelOf));
  for (const [, receiver] of all) await receiver.interrupt();
  await Promise.all(Array.from({ length: 900 }, (_, n) => post(rooms[n % 7 === 0 ? 0 : n % 4]!)));
  await Promise.all(all.map(([, receiver]) => receiver.resume()));
  await post(rooms[0]!);
  await expectAll(all, rooms, starts);
  for (const [name, { frames }] of all)
    // A socket asks for each channel by itself; a stream and a poll have one order over all.
    if (!name.includes('socket')) expect(isSorted(frames), name).toBe(true);
});

test('while others write without a pause, interruptions lose and double nothing [R4, S4]', async () => {
  const rooms = await makeRooms(3);
  const starts = await headsOf(rooms);
  const all = await receiveAll(rooms.map(channelOf));
  const done = new AbortController();
  const writer = async (room: Room) => {
    while (!done.signal.aborted) await post(room);
  };
  const writers = rooms.map(writer);
  for (let round = 0; round < 3; round++)
    for (const [, receiver] of all) {
      await receiver.interrupt();
      await receiver.resume();
    }
  done.abort();
  await Promise.all(writers);
  await expectAll(all, rooms, starts);
  for (const [name, { resets }] of all) expect(resets, name).toEqual([]);
});

test('a removed member receives nothing of what follows, neither live nor after coming back [N3, S4]', async () => {
  const [room, other] = await makeRooms(2, 'private');
  if (!room || !other) throw new Error('no rooms');
  const all = await receiveAll([channelOf(room), channelOf(other)]);
  await post(room);
  for (const [name, receiver] of all) await until(() => of(receiver.frames, channelOf(room)).length > 0, name);
  await ada.get('chat/removeMember', { roomId: room.id, userId: ben.user.id });
  const head = await server.app.hub.journal.head(channelOf(room));
  await post(room);
  await post(other);
  const late = (receiver: Receiver) => of(receiver.frames, channelOf(room)).filter(({ offset = 0 }) => offset > head);
  for (const [name, receiver] of all) {
    // Plain polling asked for a channel that is no longer ours, and is told so.
    if (name !== 'plain polling') await until(() => of(receiver.frames, channelOf(other)).length > 0, name);
    expect(late(receiver), name).toEqual([]);
    await receiver.interrupt();
    await receiver.resume().catch(() => undefined);
  }
  await post(room);
  await post(other);
  for (const [name, receiver] of all) {
    if (!name.startsWith('plain') && name !== 'a plain stream')
      await until(() => of(receiver.frames, channelOf(other)).length > 1, name);
    expect(late(receiver), name).toEqual([]);
  }
});

test('a restart of the server changes no cursor [N5, S4]', async () => {
  const rooms = await makeRooms(2);
  const starts = await headsOf(rooms);
  const all = await receiveAll(rooms.map(channelOf));
  for (let n = 0; n < 10; n++) await post(rooms[n % 2]!);
  await expectAll(all, rooms, starts);
  for (const [, receiver] of all) await receiver.interrupt();
  for (let n = 0; n < 10; n++) await post(rooms[n % 2]!);
  await server.restart();
  for (let n = 0; n < 10; n++) await post(rooms[n % 2]!);
  await Promise.all(all.map(([, receiver]) => receiver.resume()));
  await expectAll(all, rooms, starts);
  for (const [name, { resets }] of all) expect(resets, name).toEqual([]);
});

test('what the journal no longer keeps is told for that channel alone, and not replayed in part [R3, S6]', async () => {
  const [short, whole] = await makeRooms(2);
  if (!short || !whole) throw new Error('no rooms');
  const all = await receiveAll([channelOf(short), channelOf(whole)]);
  await post(short);
  await post(whole);
  for (const [name, receiver] of all) await until(() => receiver.frames.length === 2, name);
  for (const [, receiver] of all) await receiver.interrupt();
  for (let n = 0; n < 8; n++) await post(short);
  for (let n = 0; n < 2; n++) await post(whole);
  await server.app.hub.journal.prune(4, 3_600_000);
  await Promise.all(all.map(([, receiver]) => receiver.resume()));
  await post(short);
  await post(whole);
  for (const [name, receiver] of all) {
    await until(() => of(receiver.frames, channelOf(whole)).length === 4, name);
    await until(() => of(receiver.frames, channelOf(short)).length === 2, name);
    expect(receiver.resets, name).toEqual([channelOf(short)]);
  }
});

test('in another epoch no place holds: each channel is reset, nothing is replayed, what is new arrives [R3, S6]', async () => {
  const rooms = await makeRooms(2);
  const all = await receiveAll(rooms.map(channelOf));
  for (const room of rooms) await post(room);
  for (const [name, receiver] of all) await until(() => receiver.frames.length === 2, name);
  for (const [, receiver] of all) await receiver.interrupt();
  const before = server.app.hub.journal.epoch;
  await server.restart(() => {
    // As when somebody has put an older database back: the folder remembers to have been further.
    writeFileSync(join(server.data, 'high-water.json'), JSON.stringify({ epoch: before, seq: 1_000_000_000 }));
  });
  expect(server.app.hub.journal.epoch).not.toBe(before);
  await Promise.all(all.map(([, receiver]) => receiver.resume()));
  for (const room of rooms) await post(room);
  for (const [name, receiver] of all) {
    await until(() => receiver.frames.length === 4, name);
    expect(
      receiver.frames.slice(2).map(({ epoch }) => epoch),
      name,
    ).not.toContain(before);
    expect(receiver.resets.toSorted(), name).toEqual(rooms.map(channelOf).toSorted());
  }
});
