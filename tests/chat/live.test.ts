import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Room } from '@shared/chat/schema.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';

let server: TestServer;
let ada: Person;
let ben: Person;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  ben = await server.join('Ben');
});
afterAll(async () => {
  for (const socket of sockets) await socket.close();
  await server.stop();
});

const connect = async (person: Person): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${person.token}` });
  sockets.push(socket);
  return socket;
};
const roomOf = (kind: Room['kind'], name: string) => ada.get<Room>('chat/createRoom', { kind, name });
let sent = 0;
const say = (person: Person, roomId: string, text: string) =>
  person.get('chat/postMessage', { roomId, clientId: `live-${++sent}`, text });
const welcomedRooms = (socket: TestSocket): Room[] => socket.frames[0]?.payload.state.chat.rooms;

describe('over real sockets', () => {
  test('everybody but a guest starts in the default room, which the welcome shows', async () => {
    expect(welcomedRooms(await connect(ada))).toMatchObject([{ name: 'General', role: 'owner' }]);
    expect(welcomedRooms(await connect(ben))).toMatchObject([{ name: 'General', role: 'member' }]);
    expect(welcomedRooms(await connect(await server.join('Gus', 'guest')))).toEqual([]);
  });

  test('who joins by frame is acknowledged with the event’s offset and receives what is said from then on', async () => {
    const room = await roomOf('public', 'Kitchen');
    const channel = `room:${room.id}`;
    await say(ada, room.id, 'before');
    const socket = await connect(ben);
    const ack = await socket.ask('room_join', channel);
    expect(ack).toMatchObject({ event: 'ack', payload: { id: room.id, head: 1, unread: 0 } });
    const added = await socket.next(({ event }) => event === 'member_added');
    expect(ack.offset).toBe(added.offset ?? 0);
    await say(ada, room.id, 'after');
    await socket.next(({ event, channel: of }) => event === 'chat_message' && of === channel);
    expect(socket.events(channel).map(({ event, payload }) => payload.body?.text ?? event)).toEqual([
      'member_added',
      'after',
    ]);
  });

  test('a message sent twice by frame is acknowledged twice alike and arrives once [X1]', async () => {
    const room = await roomOf('private', 'Echo');
    const channel = `room:${room.id}`;
    const socket = await connect(ada);
    const payload = { clientId: 'echo-1', text: 'once' };
    const [first, second] = [
      await socket.ask('chat_message', channel, payload),
      await socket.ask('chat_message', channel, payload),
    ];
    expect(second.payload).toEqual(first.payload);
    expect([second.offset, second.seq, second.epoch]).toEqual([first.offset, first.seq, first.epoch]);
    await say(ada, room.id, 'marker');
    await socket.next((frame) => frame.channel === channel && frame.payload.body?.text === 'marker');
    const texts = socket.events(channel, 'chat_message').map((frame) => frame.payload.body.text);
    expect(texts).toEqual(['once', 'marker']);
  });

  test('a removed member gets no further frame of the room, also after reconnecting with a cursor [N3]', async () => {
    const room = await roomOf('private', 'Cellar');
    const channel = `room:${room.id}`;
    await ada.get('chat/addMember', { roomId: room.id, userId: ben.user.id });
    const socket = await connect(ben);
    await say(ada, room.id, 'seen');
    const seen = await socket.next(({ event }) => event === 'chat_message');
    await ada.get('chat/removeMember', { roomId: room.id, userId: ben.user.id });
    await socket.next(({ event }) => event === 'room_removed');
    const had = socket.events(channel).length;
    await say(ada, room.id, 'secret');

    const since = { epoch: seen.epoch, offset: seen.offset };
    for (const client of [socket, await connect(ben)]) {
      const answer = await client.ask('subscribe', channel, { since });
      expect(answer).toMatchObject({ event: 'error', payload: { code: 'hub.channel_not_found' } });
      expect(JSON.stringify(client.frames)).not.toContain('secret');
    }
    expect(socket.events(channel)).toHaveLength(had);
    expect(await ben.call('chat/history', { roomId: room.id })).toMatchObject({
      status: 404,
      body: { ok: false, error: { code: 'chat.room_not_found' } },
    });
  });

  test('typing reaches the others in the room and not who types', async () => {
    const room = await ada.get<Room>('chat/openDirect', { userIds: [ben.user.id] });
    const channel = `room:${room.id}`;
    const [hers, his] = [await connect(ada), await connect(ben)];
    await hers.ask('user_typing', channel, { typing: true });
    const frame = await his.next(({ event }) => event === 'user_typing');
    expect(frame.payload).toEqual({ roomId: room.id, userId: ada.user.id, typing: true });
    expect(frame.offset).toBeUndefined();
    await hers.ask('ping', 'system');
    expect(hers.events(channel, 'user_typing')).toEqual([]);
  });
});
