import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
const text = 'x'.repeat(30_000);

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.admin();
});
afterAll(() => server.stop());

/** A stream whose reading can be stopped, once it has begun. */
async function openSlow(
  query = 'channels=global',
  begins = 'event: subscribed',
): Promise<{
  socket: Socket;
  numbers: () => number[];
  text: () => string;
  ended: () => boolean;
}> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  let ended = false;
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('close', () => (ended = true));
  socket.write(
    `GET /sse/hub/subscribe?${query} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${ada.token}\r\nConnection: close\r\n\r\n`,
  );
  // The sizes of the chunks stand between: they are hexadecimal lines of their own.
  const read = (): string =>
    Buffer.concat(chunks)
      .toString()
      .replaceAll(/\r\n[\da-f]+\r\n/g, '');
  await until(() => read().includes(begins));
  return {
    socket,
    text: read,
    numbers: () => [...read().matchAll(/"number":(\d+),/g)].map(([, number]) => Number(number)),
    ended: () => ended,
  };
}
const publish = (number: number): void => server.app.hub.publish('global', 'probe_event', { number, text });
const buffered = (): number =>
  Math.max(...[...server.app.hub.connections.all()].map(({ ws }) => ws?.getBufferedAmount() ?? 0));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

test('a stream whose reader pauses goes on where it was, without a gap or a repetition [S11]', async () => {
  const slow = await openSlow();
  let sent = 0;
  for (let round = 0; round < 3; round++) {
    slow.socket.pause();
    do {
      publish(sent++);
      await turn();
    } while (buffered() < 400_000);
    slow.socket.resume();
    publish(sent++);
    await until(() => slow.numbers().length === sent && buffered() === 0);
  }
  expect(slow.numbers()).toEqual(upTo(sent));
  slow.socket.destroy();
  await until(() => server.app.hub.connections.size === 0);
});

test('what waits for a stream that still recovers counts as waiting', async () => {
  const channel = `user:${ada.user.id}`;
  const note = (number: number) =>
    ada.get('hub/sendToUser', { userId: ada.user.id, event: 'probe_event', payload: { number, text } });
  const first = await note(0);
  await Promise.all(upTo(500).map(note));
  const slow = await openSlow(`channels=${channel}&since=${channel}:${first.cursor.offset}`, 'HTTP/1.1 200');
  slow.socket.pause();
  await until(() => buffered() > 0);
  const { queues } = await ada.get('hub/stats');
  expect(queues.outboundBytes).toBeGreaterThan(0);
  expect(slow.text()).not.toContain('event: subscribed');
  slow.socket.resume();
  await until(() => slow.text().includes('event: subscribed') && buffered() === 0);
  expect(slow.numbers().toSorted((a, b) => a - b)).toEqual(upTo(500));
  slow.socket.destroy();
  await until(() => server.app.hub.connections.size === 0);
});

test('a stream that is cut off at its bound tells so behind what its reader still gets [S11]', async () => {
  const slow = await openSlow();
  slow.socket.pause();
  let sent = 0;
  while (server.app.hub.connections.size > 0) {
    publish(sent++);
    await turn();
  }
  slow.socket.resume();
  await until(() => slow.ended());
  const numbers = slow.numbers();
  expect(numbers).toEqual(upTo(numbers.length));
  expect(sent - numbers.length).toBeLessThanOrEqual(1);
  expect(/event: error\ndata: (.*)\n/.exec(slow.text())?.[1]).toContain('"code":"hub.too_slow"');
});
