import { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { dataPaths } from '../../server/platform/data-folder.ts';
import type { Acked } from '../../server/verify/client.ts';
import { checkRoom } from '../../server/verify/traffic.ts';
import { View } from '../../server/verify/view.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';

let server: TestServer;
let ada: Person;
let roomId: `room_${string}`;
let sent: Set<string>;
let acked: Acked[];
let view: View;

beforeEach(async () => {
  server = await startTestServer();
  ada = await server.admin();
  roomId = (await ada.get('chat/listRooms'))[0].id;
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` });
  const welcome = socket.frames[0]?.payload;
  const head = welcome.channels.find(({ channel }: { channel: string }) => channel === `room:${roomId}`).offset;
  view = new View(`room:${roomId}`, welcome.epoch, head);
  sent = new Set();
  acked = [];
  for (const clientId of ['one', 'two', 'three']) {
    sent.add(clientId);
    const { offset = 0 } = await socket.ask('chat_message', `room:${roomId}`, { clientId, text: 'hello' });
    acked.push({ clientId, roomId, offset });
  }
  await socket.next(({ event, payload }) => event === 'chat_message' && payload.clientId === 'three');
  for (const frame of socket.events(`room:${roomId}`)) expect(view.take(frame)).toBe('next');
  await socket.close();
});

afterEach(() => server.stop());

const tamper = (sql: string): void => {
  const sqlite = new Database(dataPaths(server.data).database, { readwrite: true });
  sqlite.run(sql);
  sqlite.close();
};

const check = () => checkRoom(server, roomId, { sent, acked }, () => [view]);

describe('a room that was checked', () => {
  test('is well when database, acknowledgements and what was seen agree', async () => {
    expect(await check()).toEqual({ messages: 3 });
  });

  test.each([
    ['an acknowledged message is gone', `DELETE FROM messages WHERE client_id = 'two'`, /two was acknowledged/],
    ['an event is gone', `DELETE FROM journal WHERE payload LIKE '%"two"%'`, /the journal has offset/],
    [
      'a message lies elsewhere',
      `UPDATE messages SET "offset" = 99 WHERE client_id = 'two'`,
      /acknowledged at \d+ and is at 99/,
    ],
    [
      'a position is missing',
      `UPDATE messages SET position = 9 WHERE client_id = 'three'`,
      /position 9 where 3 is due/,
    ],
    ['an event is another', `UPDATE journal SET payload = replace(payload, '"two"', '"2"')`, /saw other events/],
  ])('is not well when %s', async (_, sql, wrong) => {
    tamper(sql);
    await expect(check()).rejects.toThrow(wrong);
  });

  test('is not well when a message is there that nobody sent', async () => {
    sent.delete('two');
    await expect(check()).rejects.toThrow('nobody sent two');
  });

  test('is not well when something else was seen than was stored', async () => {
    view = new View(view.channel, view.epoch, view.last - 1);
    view.take({
      event: 'chat_message',
      channel: view.channel,
      payload: { clientId: 'x' },
      offset: view.last + 1,
      ts: 0,
    });
    await expect(check()).rejects.toThrow('saw other events');
  });
});
