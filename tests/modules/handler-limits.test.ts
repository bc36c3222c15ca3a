import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/limits.ts';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ada: Person;
const probe = probeModule();

beforeAll(async () => {
  server = await startTestServer({ modules: [probe.module] });
  ada = await server.admin();
});
afterAll(() => server.stop());

const connect = (): Promise<TestSocket> =>
  openSocket(`${server.url}ws/probe/talk?room=x`, { authorization: `Bearer ${ada.token}` }, { welcome: false });
const codes = (socket: TestSocket): string[] =>
  socket.frames.filter(({ event }) => event === 'error').map(({ payload }) => payload.code);
const said = (socket: TestSocket): unknown[] =>
  (socket.frames as unknown as { said?: string }[]).flatMap((frame) => frame.said ?? []);

test('a message over the limit of a frame is refused, and the next one is heard', async () => {
  const socket = await connect();
  socket.send({ say: 'x'.repeat(limits.frameBytes) });
  socket.send({ say: 'ä'.repeat(limits.frameBytes / 2) });
  socket.send({ say: 'short' });
  await until(() => said(socket).length === 1, 'the short one');
  expect(codes(socket)).toEqual(['request.too_large', 'request.too_large']);
  expect(said(socket)).toEqual(['short']);
  await socket.close();
});

test('a message that is no text is refused', async () => {
  const socket = await connect();
  socket.raw(new Uint8Array([1, 2, 3]));
  await until(() => codes(socket).length === 1, 'a refusal');
  expect(codes(socket)).toEqual(['request.malformed']);
  await socket.close();
});

test('whoever keeps sending what the contract does not know is closed with 4502', async () => {
  const socket = await connect();
  for (let n = 0; n < 60; n++) socket.send({ shout: n });
  expect((await socket.untilClosed()).code).toBe(closeCodes.protocolViolation);
  expect(codes(socket)).toEqual(Array.from({ length: 50 }, () => 'request.invalid'));
});

test('a flood is answered with an error and then closed with 4004, and others are not held up', async () => {
  const [flood, calm] = [await connect(), await connect()];
  for (let n = 0; n < 3000; n++) flood.send({ say: 'spam' });
  calm.send({ say: 'still here' });
  await until(() => said(calm).length === 1, 'an answer');
  expect((await flood.untilClosed()).code).toBe(closeCodes.rateLimited);
  await calm.close();
});

test('a message beyond what the server reads at all ends the connection and nothing else', async () => {
  const [giant, calm] = [await connect(), await connect()];
  giant.raw(JSON.stringify({ say: 'x'.repeat(4 * 1024 * 1024) }));
  await giant.untilClosed();
  expect(said(giant)).toEqual([]);
  calm.send({ say: 'still here' });
  await until(() => said(calm).length === 1, 'an answer');
  await calm.close();
});
