import { afterEach, expect, test } from 'bun:test';
import type { Room } from '@shared/chat/schema.ts';
import { createHearth } from '@shared/client/index.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import { typingIn, unreadOf } from '../../web/chat/state.ts';
import { createChatStore } from '../../web/chat/store.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function openServer(): Promise<TestServer> {
  const server = await startTestServer();
  ends.push(() => server.stop());
  return server;
}

/** The chat of a page: the real client, connected, with the list of rooms loaded. */
async function openPage(server: TestServer, person: Person) {
  const hearth = createHearth({ baseUrl: server.url, token: () => person.token, random: () => 0 });
  hearth.signedIn(person.user);
  const store = createChatStore({ hearth, me: person.user.id });
  ends.push(() => {
    store.dispose();
    hearth.dispose();
  });
  await until(() => hearth.state.get().connection.status === 'online' && store.state().listed);
  const room = (id: RoomId) => store.state().rooms[id];
  const texts = (id: RoomId) =>
    store.state().windows[id]?.messages.map(({ body }) => (body.kind === 'text' ? body.text : body.code)) ?? [];
  const unread = (id: RoomId) => {
    const known = room(id);
    return known ? unreadOf(known) : undefined;
  };
  const open = async (id: RoomId) => {
    store.setOpenRoom(id);
    await store.history.open(id);
  };
  return { hearth, store, room, texts, unread, open };
}

/** Ada and Bob in one room. */
async function inOneRoom() {
  const server = await openServer();
  const ada = await server.admin();
  const bob = await server.join('Bob');
  const { id } = await ada.get<Room>('chat/createRoom', { name: 'kitchen', kind: 'private' });
  await ada.get('chat/addMember', { roomId: id, userId: bob.user.id });
  return { server, ada, bob, id };
}

test('what one person sends is shown at once, and the other receives it as unread', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const [one, other] = [await openPage(server, ada), await openPage(server, bob)];
  await Promise.all([one.open(id), other.open(id)]);
  one.store.outgoing.send(id, 'Hello');
  expect(one.store.state().pending[id]).toHaveLength(1);
  await until(() => other.texts(id).length === 1);
  await until(() => one.texts(id).length === 1);
  expect(one.store.state().pending).toEqual({});
  expect(one.unread(id)).toBe(0);
  expect(other.unread(id)).toBe(1);
});

test('what is read on one device is read on the other', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  await ada.get('chat/postMessage', { roomId: id, clientId: 'a', text: 'One' });
  await ada.get('chat/postMessage', { roomId: id, clientId: 'b', text: 'Two' });
  const [laptop, phone] = [await openPage(server, bob), await openPage(server, bob)];
  expect([laptop.unread(id), phone.unread(id)]).toEqual([2, 2]);
  laptop.store.reading.mark(id, 2);
  expect(laptop.unread(id)).toBe(0);
  await until(() => phone.unread(id) === 0);
  expect((await bob.get<Room[]>('chat/listRooms')).find((room) => room.id === id)?.unread).toBe(0);
});

test('typing is seen by the others, ends with the message, and is not seen by oneself', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const [one, other] = [await openPage(server, ada), await openPage(server, bob)];
  one.store.typing.typed(id);
  await until(() => typingIn(other.store.state(), id).length === 1);
  one.store.outgoing.send(id, 'Hello');
  await until(() => other.unread(id) === 1);
  expect(typingIn(other.store.state(), id)).toEqual([]);
  expect(typingIn(one.store.state(), id)).toEqual([]);
});

test('a room opens at its first unread message, and its pages join without a hole', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const post = (position: number) =>
    ada.get('chat/postMessage', { roomId: id, clientId: `c-${position}`, text: `${position}` });
  for (let position = 1; position <= 130; position++) await post(position);
  await bob.get('chat/markRead', { roomId: id, position: 65 });
  const page = await openPage(server, bob);
  await page.open(id);
  const window = () => page.store.state().windows[id];
  expect(page.texts(id)).toContain('66');
  expect([typeof window()?.before, typeof window()?.after]).toEqual(['string', 'string']);
  await post(131);
  await until(() => page.room(id)?.head === 131);
  for (const direction of ['after', 'before'] as const) {
    while (window()?.[direction] !== undefined && !window()?.error) await page.store.history.more(id, direction);
  }
  expect(page.texts(id)).toEqual(Array.from({ length: 131 }, (_, index) => `${index + 1}`));
});

test('messages written while the server is away are sent once, and what was missed comes in order', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const [one, other] = [await openPage(server, ada), await openPage(server, bob)];
  await Promise.all([one.open(id), other.open(id)]);
  one.store.outgoing.send(id, 'before');
  await until(() => other.texts(id).length === 1);
  const restarted = server.restart();
  one.store.outgoing.send(id, 'during 1');
  one.store.outgoing.send(id, 'during 2');
  await restarted;
  one.store.outgoing.send(id, 'after');
  const all = ['before', 'during 1', 'during 2', 'after'];
  await until(() => other.texts(id).length >= all.length && one.texts(id).length >= all.length);
  expect(one.texts(id)).toEqual(all);
  expect(other.texts(id)).toEqual(all);
  expect(one.store.state().pending).toEqual({});
}, 30_000);

test('a removed person loses the room and what was written in it, and is refused what they still send', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const page = await openPage(server, bob);
  await page.open(id);
  await ada.get('chat/removeMember', { roomId: id, userId: bob.user.id });
  await until(() => page.room(id) === undefined);
  expect(page.store.state().windows[id]).toBeUndefined();
  page.store.outgoing.send(id, 'Am I still here?');
  await until(() => page.store.state().pending[id]?.[0]?.error?.code === 'chat.room_not_found');
});

test('a refused message can be discarded', async () => {
  const { server, ada } = await inOneRoom();
  const page = await openPage(server, ada);
  const elsewhere: RoomId = 'room_01h00000000000000000000000';
  page.store.outgoing.send(elsewhere, 'Anybody?');
  const refused = await until(() => page.store.state().pending[elsewhere]?.find(({ error }) => error));
  page.store.outgoing.discard(refused);
  expect(page.store.state().pending).toEqual({});
});

test('a room that somebody is added to appears at once, a new public room is announced', async () => {
  const { server, ada, bob } = await inOneRoom();
  const page = await openPage(server, bob);
  const { id } = await ada.get<Room>('chat/createRoom', { name: 'garden', kind: 'public' });
  await until(() => page.store.state().created.some((room) => room.id === id));
  await ada.get('chat/addMember', { roomId: id, userId: bob.user.id });
  await until(() => page.room(id)?.name === 'garden');
  expect(page.store.state().created).toEqual([]);
});

test('a disposed store hears nothing any more', async () => {
  const { server, ada, bob, id } = await inOneRoom();
  const [page, witness] = [await openPage(server, bob), await openPage(server, bob)];
  page.store.dispose();
  await ada.get('chat/postMessage', { roomId: id, clientId: 'a', text: 'One' });
  await until(() => witness.unread(id) === 1);
  expect(page.unread(id)).toBe(0);
});
