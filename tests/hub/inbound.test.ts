import { expect, test } from 'bun:test';
import { hubLimits } from '../../server/hub/admission.ts';
import { Connection } from '../../server/hub/connection.ts';
import { Inbound } from '../../server/hub/inbound.ts';
import { Statistics } from '../../server/hub/statistics.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';

/** A connection whose frames are handled when the test says so. */
function scene() {
  const clock = new TestClock();
  const started = new Map<string, () => void>();
  const gathering = new Set<string>();
  const inbound = new Inbound({
    dispatch: {
      handle: (_, { channel, payload }) =>
        new Promise((resolve) =>
          started.set(`${channel} ${payload.n as number}`, () => resolve({ ok: true, data: {} })),
        ),
      isPipelined: ({ event }) => event === 'write',
    },
    clock,
    log: createLogger({ level: 'error', format: 'json', write: () => {}, now: clock.now }),
    statistics: new Statistics(clock.now()),
    limits: hubLimits,
    gathers: (channel) => gathering.has(channel),
  });
  const nothing = () => {};
  const connection = new Connection(
    'con_a',
    { userId: 'usr_a', name: 'A', role: 'member', sessionId: 'ses_a', expiresAt: Number.MAX_SAFE_INTEGER },
    { requestId: '', ip: '', userAgent: '', headers: {}, transport: 'socket', baseUrl: '', local: true },
    clock.now(),
    { opened: nothing, received: nothing, closed: nothing, sent: nothing },
  );
  connection.phase = 'live';
  const receive = (event: string, channel: string, n: number) =>
    inbound.receive(connection, JSON.stringify({ event, channel, payload: { n } }));
  const finish = async (name: string): Promise<void> => {
    const resolve = await until(() => started.get(name), `${name} to start`);
    started.delete(name);
    resolve();
  };
  return { connection, receive, finish, gathering, running: () => [...started.keys()] };
}

test('writes wait for their commit together, in their order [F7]', async () => {
  const { receive, finish, running } = scene();
  receive('write', 'a', 1);
  receive('write', 'b', 2);
  receive('write', 'a', 3);
  await until(() => running().length === 3);
  expect(running()).toEqual(['a 1', 'b 2', 'a 3']);
  for (const name of ['b 2', 'a 1', 'a 3']) await finish(name);
});

test('writes after one on a channel that gathers wait for it, but for those on that channel [F7]', async () => {
  const { receive, finish, running, gathering } = scene();
  gathering.add('a');
  receive('write', 'a', 1);
  receive('write', 'a', 2);
  receive('write', 'b', 3);
  receive('write', 'c', 4);
  await until(() => running().length === 2);
  expect(running()).toEqual(['a 1', 'a 2']);
  await finish('a 2');
  await until(() => running().length === 1);
  expect(running()).toEqual(['a 1']);
  await finish('a 1');
  await until(() => running().length === 2);
  expect(running()).toEqual(['b 3', 'c 4']);
  await finish('b 3');
  await finish('c 4');
});

test('what is no pipelined write waits for everything before it, and everything after waits for it [F7]', async () => {
  const { receive, finish, running } = scene();
  receive('write', 'a', 1);
  receive('ask', 'a', 2);
  receive('ask', 'a', 3);
  receive('write', 'a', 4);
  for (const name of ['a 1', 'a 2', 'a 3', 'a 4']) {
    await until(() => running().length > 0);
    expect(running()).toEqual([name]);
    await finish(name);
  }
});
