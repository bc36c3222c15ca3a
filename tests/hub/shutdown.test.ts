import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeCodes, comesBack } from '@shared/hub/close-codes.ts';
import { TestClock } from '../support/clock.ts';
import { handshake } from '../support/handshake.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const clock = new TestClock();
let server: TestServer;
let ada: Person;

beforeAll(async () => {
  server = await startTestServer({ clock });
  ada = await server.admin();
});
afterAll(() => server.stop());

test('while the server goes down nobody new comes in, each is sent away at a time of its own, the rest is closed with 4000 [C4, C5, L5]', async () => {
  const authorization = `Bearer ${ada.token}`;
  const sockets = await Promise.all(Array.from({ length: 12 }, () => openSocket(`${server.url}ws`, { authorization })));
  const readiness = (): Promise<Response> => fetch(`${server.url}readyz`);
  expect((await readiness()).status).toBe(200);

  let restarted = false;
  const restarting = server.restart().then(() => (restarted = true));
  const drains = await Promise.all(sockets.map((socket) => socket.next(({ event }) => event === 'drain')));
  const delays = drains.map(({ payload }) => payload.delay as number);
  for (const delay of delays) expect(delay).toBeWithin(0, 2001);
  expect(new Set(delays).size).toBeGreaterThan(1);

  const refused = await handshake(`${server.url}ws`, { authorization });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await refused.json()).toMatchObject({ error: { code: 'server.not_ready', retryable: true } });
  const admission = await ada.call('hub/admission');
  expect([admission.status, admission.headers.get('retry-after')]).toEqual([503, '2']);
  const stranger = await handshake(`${server.url}ws`);
  expect(stranger.status).toBe(503);
  expect((await readiness()).status).toBe(503);
  expect((await fetch(`${server.url}up`)).status).toBe(200);

  // Whoever stays is served until the end.
  const room = (await ada.get('chat/listRooms'))[0].id;
  const [leaver, ...rest] = sockets;
  expect((await rest[0]!.ask('chat_message', `room:${room}`, { clientId: 'last', text: 'last' })).event).toBe('ack');
  await leaver!.close();
  clock.advance(1900);
  expect(rest.every(({ closed }) => closed === undefined)).toBe(true);
  const ends = Promise.all(rest.map((socket) => socket.untilClosed()));
  await until(() => {
    clock.advance(100);
    return rest.every(({ closed }) => closed);
  });
  for (const { code } of await ends) expect(code).toBe(closeCodes.draining);
  await until(() => {
    clock.advance(100);
    return restarted;
  });
  await restarting;
  expect((await readiness()).status).toBe(200);
  expect((await ada.get('chat/history', { roomId: room })).items.at(-1).body.text).toBe('last');
});

test('of the codes that close a connection those up to 4499 mean to come back, as do those of the wire, the others not [L6]', () => {
  const back = (code: number) => [code, comesBack(code)];
  const { sessionEnded, userDeactivated, protocolViolation, forbidden, moduleDisabled, dismissed, ...others } =
    closeCodes;
  const final = [sessionEnded, userDeactivated, protocolViolation, forbidden, moduleDisabled, dismissed];
  const passing = Object.values(others);
  expect(final.every((code) => code >= 4500 && code <= 4999)).toBe(true);
  expect(passing.every((code) => code >= 4000 && code <= 4499)).toBe(true);
  expect([...final, 4500, 4999].map(back)).toEqual([...final, 4500, 4999].map((code) => [code, false]));
  const wire = [1000, 1001, 1006, 1009, 1011];
  expect([...passing, 4000, 4499, ...wire].map(back)).toEqual(
    [...passing, 4000, 4499, ...wire].map((code) => [code, true]),
  );
});
