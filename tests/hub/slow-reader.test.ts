import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { ServerFrame } from '@shared/hub/frames.ts';
import { openWire, type Wire, type WireEnd } from '../../server/verify/wire/wire.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const MOST = 1024 * 1024;
/** 40 KB as bytes: the kernel's own buffers are full after some dozens. */
const text = '🙂'.repeat(10_000);
let server: TestServer;
let ada: Person;
let ben: Person;
let channel: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  ben = await server.join('Ben');
  channel = `room:${(await ada.get('chat/listRooms'))[0].id}`;
});
afterAll(() => server.stop());

const bearer = (person: Person) => ({ authorization: `Bearer ${person.token}` });
const connect = (person: Person): Promise<TestSocket> => openSocket(`${server.url}ws`, bearer(person));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

interface Slow {
  wire: Wire;
  frames: ServerFrame<string, any>[];
  ends: WireEnd[];
}
/** A peer whose reading can be stopped. */
async function openSlow(person: Person): Promise<Slow> {
  const frames: Slow['frames'] = [];
  const ends: WireEnd[] = [];
  const wire = await openWire({
    port: Number(new URL(server.url).port),
    headers: bearer(person),
    text: (frame) => frames.push(JSON.parse(frame)),
    closed: (end) => ends.push(end),
  });
  await until(() => frames.length > 0);
  return { wire, frames, ends };
}
const connectionOf = ({ frames }: Slow) => server.app.hub.connections.find(frames[0]?.payload.connectionId);
const offsetsOf = (frames: ServerFrame[]): number[] =>
  frames.flatMap((frame) => (frame.channel === channel && frame.event === 'chat_message' ? (frame.offset ?? []) : []));

test('a reader that stops is cut off at 1 MiB and recovers all it missed, while the others get each message at once [L4]', async () => {
  const fast = [await connect(ada), await connect(ada), await connect(ben)];
  const slow = await openSlow(ben);
  const head = slow.frames[0]?.payload.channels.find((each: { channel: string }) => each.channel === channel).offset;
  slow.wire.pause();
  const connection = connectionOf(slow);
  let sent = 0;
  let waiting = 0;
  const post = async (): Promise<void> => {
    const offset = head + ++sent;
    await ada.get('chat/postMessage', { roomId: channel.slice(5), clientId: `slow-${sent}`, text });
    // Nothing more is sent before the others have this one: whoever held them up would hold up everything.
    await Promise.all(
      fast.map((socket) => socket.next((frame) => frame.channel === channel && frame.offset === offset)),
    );
    waiting = Math.max(waiting, connection?.ws?.getBufferedAmount() ?? 0);
  };
  for (let posts = 0; connectionOf(slow) && posts < 500; posts++) await post();
  expect(connectionOf(slow)).toBeUndefined();
  expect(waiting).toBeGreaterThan(MOST / 4);
  expect(waiting).toBeLessThan(MOST + 2 * Buffer.byteLength(text));
  for (let more = 0; more < 10; more++) await post();
  for (const socket of fast) {
    expect(offsetsOf(socket.frames)).toEqual(range(head + 1, head + sent));
    expect(socket.closed).toBeUndefined();
  }

  slow.wire.resume();
  await until(() => slow.ends.length > 0);
  expect(slow.ends).toEqual([{ code: 1006, reason: '' }]);
  const had = offsetsOf(slow.frames);
  expect(had).toEqual(range(head + 1, head + had.length));
  expect(had.length).toBeLessThan(sent);

  const back = await connect(ben);
  const since = { epoch: slow.frames[0]?.payload.epoch, offset: head + had.length };
  for (let more = true; more;) {
    const { payload } = await back.ask('subscribe', channel, { since });
    expect(payload.recovered).toBe(true);
    ({ more, offset: since.offset } = payload);
  }
  expect(offsetsOf(back.frames)).toEqual(range(head + had.length + 1, head + sent));
  for (const socket of [...fast, back]) await socket.close();
}, 20_000);

test('a reader that asks for what it missed and reads slowly is sent no more than it takes, and gets everything [L4, R2]', async () => {
  const slow = await openSlow(ben);
  const { epoch, channels } = slow.frames[0]?.payload ?? {};
  const head = channels.find((each: { channel: string }) => each.channel === channel).offset;
  slow.wire.pause();
  const ask = (offset: number, id: number): void =>
    slow.wire.send(JSON.stringify({ event: 'subscribe', channel, payload: { since: { epoch, offset } }, id }));
  // Each answer is a page of some hundred kilobytes: together more than ten times what may wait.
  const asked = 40;
  for (let id = 0; id < asked; id++) ask(0, id);
  const other = await connect(ada);
  await until(() => (connectionOf(slow)?.ws?.getBufferedAmount() ?? MOST) > 0);
  for (let round = 0; round < 20; round++) {
    await other.ask('ping', 'system');
    expect(connectionOf(slow)?.ws?.getBufferedAmount() ?? MOST).toBeLessThan(MOST);
  }
  slow.wire.resume();
  const acks = await until(() => {
    const all = slow.frames.filter(({ event }) => event === 'ack');
    return all.length === asked ? all : undefined;
  });
  expect(slow.ends).toEqual([]);
  for (const { payload } of acks) expect(payload).toMatchObject({ recovered: true, more: true });
  let place = acks.at(-1)?.payload;
  for (let id = asked; place.more; id++) {
    ask(place.offset, id);
    place = (await until(() => slow.frames.find((frame) => frame.id === id))).payload;
  }
  expect(place.offset).toBe(head);
  slow.wire.leave();
  await other.close();
  await until(() => slow.ends.length > 0);
}, 20_000);

test('a reader that calls for more than it takes at once gets each answer, and is not cut off by them [L4]', async () => {
  const slow = await openSlow(ben);
  slow.wire.pause();
  // Each answer is larger than what may wait.
  const asked = 12;
  const payload = { module: 'chat', function: 'history', input: { roomId: channel.slice(5), limit: 40 } };
  for (let id = 0; id < asked; id++) slow.wire.send(JSON.stringify({ event: 'call', channel: 'system', payload, id }));
  await until(() => (connectionOf(slow)?.ws?.getBufferedAmount() ?? MOST) > 0);
  slow.wire.resume();
  await until(() => slow.frames.filter(({ event }) => event === 'ack').length === asked || slow.ends.length > 0);
  expect(slow.ends).toEqual([]);
  expect(slow.frames.filter(({ event }) => event === 'ack').map(({ id }) => id)).toEqual(range(0, asked - 1));
  slow.wire.leave();
  await until(() => slow.ends.length > 0);
}, 20_000);
