import { afterAll, beforeAll, expect, test } from 'bun:test';
import { probeModule } from '../support/probe.ts';
import { PASSWORD, type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';

const NAMED = 100;

let server: TestServer;
let ada: Person;
const sockets: TestSocket[] = [];

/** Somebody new, who receives the channel. */
async function enter(code: string): Promise<void> {
  const n = sockets.length;
  const { body } = await server.call('people/acceptInvite', {
    code,
    name: `P ${n}`,
    email: `p${n}@example.org`,
    password: PASSWORD,
  });
  if (!body.ok) throw new Error(body.error.code);
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${body.data.token}` });
  sockets.push(socket);
  await socket.ask('subscribe', 'probe:hall');
}

beforeAll(async () => {
  server = await startTestServer({ modules: [probeModule().module] });
  ada = await server.admin();
}, 30_000);
afterAll(async () => {
  await Promise.all(sockets.map((socket) => socket.close()));
  await server.stop();
}, 30_000);

test('of up to 100 people presence names everybody, of more it tells only how many [P2]', async () => {
  const { code } = await ada.get('people/invite', { role: 'guest', maxUses: null });
  for (let n = 0; n < NAMED; n++) await enter(code);
  const before = await ada.get('hub/presence', { channel: 'probe:hall' });
  expect([before.count, before.users.length]).toEqual([NAMED, NAMED]);
  await enter(code);
  expect(await ada.get('hub/presence', { channel: 'probe:hall' })).toEqual({ users: [], count: NAMED + 1 });
}, 60_000);
