import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createHearth } from '@shared/client/index.ts';
import type { Hearth } from '@shared/client/index.ts';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
let bob: Person;
let hearth: Hearth;
const seen: string[] = [];
const resets: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
  bob = await server.join('Bob');
  hearth = createHearth({ baseUrl: server.url, token: () => bob.token, random: () => 0 });
  hearth.events.onAny(({ channel, event }) => seen.push(`${channel} ${event}`));
  hearth.events.onReset((channel) => resets.push(channel));
  await hearth.start();
  await until(() => hearth.state.get().connection.status === 'online');
});
afterAll(async () => {
  hearth.dispose();
  await server.stop();
});

const note = (text: string) => ada.get('hub/broadcast', { event: 'announcement', payload: { text } });

test('a client gives out what an admin announces, with its text', async () => {
  const texts: string[] = [];
  const stop = hearth.events.on('announcement', ({ text }) => texts.push(text));
  await note('Tea');
  await until(() => texts.length === 1);
  stop();
  expect(texts).toEqual(['Tea']);
});

test('a client that a channel was taken from is told, and has it again with its next connection [A5]', async () => {
  await ada.get('hub/unsubscribe', { userId: bob.user.id, channel: 'global' });
  await until(() => seen.includes('global unsubscribed'));
  const before = seen.length;
  await note('unheard');
  expect((await hearth.api.people.me()).ok).toBe(true);
  await ada.get('hub/sendToUser', { userId: bob.user.id, event: 'after_that', payload: {} });
  await until(() => seen.includes(`user:${bob.user.id} after_that`));
  expect(seen.slice(before)).toEqual([`user:${bob.user.id} after_that`]);

  await ada.get('hub/disconnect', { userId: bob.user.id });
  // What was said meanwhile is not known: whoever shows the channel loads it afresh.
  await until(() => resets.includes('global'));
  await until(() => hearth.state.get().connection.status === 'online');
  await note('heard');
  await until(() => seen.filter((each) => each === 'global announcement').length === 2);
});

test('a client whose person is removed from a room is told, asks for it no more, and stays online [N3]', async () => {
  const statuses: string[] = [];
  const stop = hearth.state.subscribe(({ connection }) => statuses.push(connection.status));
  const room = await ada.get('chat/createRoom', { name: 'Board', kind: 'private' });
  await ada.get('chat/addMember', { roomId: room.id, userId: bob.user.id });
  const subscription = hearth.ws.subscribe(`room:${room.id}`);
  expect((await subscription.ready).ok).toBe(true);
  const before = [seen.length, resets.length] as const;
  const [connection] = server.app.hub.connections.ofUser(bob.user.id);
  const frames = connection?.messageCount ?? 0;
  await ada.get('chat/removeMember', { roomId: room.id, userId: bob.user.id });
  await ada.get('chat/postMessage', { roomId: room.id, clientId: 'not-for-bob', text: 'not for Bob' });
  await ada.get('hub/sendToUser', { userId: bob.user.id, event: 'after_removal', payload: {} });
  await until(() => seen.includes(`user:${bob.user.id} after_removal`));
  expect((await hearth.ws.send('subscribe', `user:${bob.user.id}`, {})).ok).toBe(true);
  stop();
  expect(connection?.messageCount).toBe(frames + 1);
  expect(seen.slice(before[0])).toEqual([
    `room:${room.id} unsubscribed`,
    `user:${bob.user.id} room_removed`,
    `user:${bob.user.id} after_removal`,
  ]);
  expect(resets.slice(before[1])).toEqual([]);
  expect(statuses.filter((status) => status !== 'online')).toEqual([]);
  subscription.unsubscribe();
});

test('a client that is disconnected by an admin comes back, unless it is told not to [A6]', async () => {
  const statuses: string[] = [];
  const stop = hearth.state.subscribe(({ connection }) => statuses.push(connection.status));
  await ada.get('hub/disconnect', { userId: bob.user.id });
  await until(() => statuses.includes('offline') && statuses.at(-1) === 'online');
  await ada.get('hub/disconnect', { userId: bob.user.id, reconnect: false });
  await until(() => statuses.at(-1) === 'refused');
  stop();
  expect(hearth.state.get().connection.reason?.params).toEqual({ closeCode: closeCodes.dismissed });
  expect(server.app.hub.connections.countOf(bob.user.id)).toBe(0);
  hearth.ws.connect();
  await until(() => hearth.state.get().connection.status === 'online');
});
