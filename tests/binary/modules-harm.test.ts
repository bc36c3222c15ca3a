import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { isAlive } from './footprint.ts';
import { codeOf, sharedHouse } from './module-house.ts';
import { harmful, hostile, source } from './module-sources.ts';

setDefaultTimeout(60_000);

const house = sharedHouse((newHouse) => newHouse.start('neighbour', source('neighbour')));

const reasonOf = async (id: string): Promise<string> => (await house().info(id)).admin?.reason ?? '';
const pidOf = async (id: string): Promise<number> => (await house().info(id)).admin?.instances[0]?.pid ?? 0;
const logOf = async (id: string): Promise<string> =>
  (await house().admin.get<{ text: string }[]>('modules/log', { id, limit: 1000 })).map(({ text }) => text).join('\n');

/** Calls a neighbour for as long as the work takes: it has to answer every time. */
const whileNeighbourAnswers = async <T>(work: Promise<T>): Promise<T> => {
  const over = new AbortController();
  const end = (): void => over.abort();
  work.then(end, end);
  const answers: string[] = [];
  do answers.push(codeOf(await house().member.call('neighbour/say')).join(' '));
  while (!over.signal.aborted);
  expect([...new Set(answers)]).toEqual(['200 one']);
  return work;
};

describe('what a module does to itself ends it, and nothing else', () => {
  test.each([
    ['an endless loop', 'loop', [504, 'module.timeout'], 'does not answer'],
    ['process.exit', 'exit', [502, 'module.crashed'], 'exit code 3'],
    ['memory in pieces, to its limit', 'eat', [502, 'module.crashed'], 'more than the 256 it may'],
    ['a gigabyte at once', 'gulp', [502, 'module.crashed'], 'more than the 256 it may'],
    ['a flood of output', 'print', [502, 'module.crashed'], 'flood of output'],
  ] as const)('%s', async (_, name, answer, reason) => {
    const id = `harm-${name}`;
    await house().start(id, harmful(id, name === 'loop' ? { callTimeout: 300 } : {}));
    const pid = await pidOf(id);
    const harm = await whileNeighbourAnswers(house().admin.call(`${id}/${name}`));
    expect(codeOf(harm)).toEqual([...answer]);
    await house().becomes(id, 'retrying');
    expect(await reasonOf(id)).toContain(reason);
    await until(() => !isAlive(pid));
    await house().admin.get('modules/disable', { id });
    expect(await house().admin.get('modules/enable', { id })).toMatchObject({ state: 'active' });
    expect(codeOf(await house().admin.call(`${id}/say`))).toEqual([200, 'one']);
    await house().admin.get('modules/disable', { id });
  });

  test('SIGKILL from outside', async () => {
    await house().start('shot', harmful('shot'));
    const muted = house().admin.call('shot/mute');
    const pid = await until(() => pidOf('shot'));
    await house().becomes('shot', ({ admin }) => admin?.instances[0]?.running === 1);
    process.kill(pid, 'SIGKILL');
    expect(codeOf(await muted)).toEqual([502, 'module.crashed']);
    await house().becomes('shot', 'retrying');
    expect(await reasonOf('shot')).toContain('SIGKILL');
    await house().becomes('shot', 'active');
    expect(codeOf(await house().admin.call('shot/say'))).toEqual([200, 'one']);
    expect(await pidOf('shot')).not.toBe(pid);
  });
});

describe('what is the fault of one call stays with it', () => {
  let pid: number;
  beforeAll(async () => {
    await house().start('clumsy', harmful('clumsy', { memory: 1024 }));
    pid = await pidOf('clumsy');
  });

  test.each([
    ['what is thrown', 'throwing', [500, 'server.internal'], 'thrown in a call'],
    ['an answer of 100 MB', 'big', [500, 'server.internal'], 'bytes do not go over at once'],
    ['an answer that is nested too deeply', 'nested', [500, 'server.internal'], 'nested could not answer'],
    ['a line of 5 MB', 'log', [200, '1'], 'more characters'],
  ] as const)('%s', async (_, name, answer, logged) => {
    expect(codeOf(await whileNeighbourAnswers(house().admin.call(`clumsy/${name}`)))).toEqual([...answer]);
    await until(async () => (await logOf('clumsy')).includes(logged), logged);
    expect(Math.max(...(await logOf('clumsy')).split('\n').map(({ length }) => length))).toBeLessThan(5000);
    expect(await pidOf('clumsy')).toBe(pid);
  });

  test('what a generator throws ends its stream with an error', async () => {
    const events = await house().member.stream('clumsy/broken');
    await events.untilClosed();
    expect(events.items.map(({ event }) => event)).toEqual(['tick', 'error']);
    expect(events.items[1]).toMatchObject({ frame: { code: 'server.internal' } });
    await until(async () => (await logOf('clumsy')).includes('thrown in a generator'));
    expect(await pidOf('clumsy')).toBe(pid);
  });

  test('a reader that leaves in mid-stream: finally runs; a slow one holds the generator back', async () => {
    const files = house().files('clumsy');
    const abort = new AbortController();
    const response = await house().member.fetch('sse/clumsy/fast', { signal: abort.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    await until(() => existsSync(join(files, 'made')));
    const made = (): number => Number(readFileSync(join(files, 'made'), 'latin1'));
    // What fits into the buffers in between is soon full, and then nothing is made any more.
    let seen = { made: 0, looks: 0 };
    await until(() => {
      seen = { made: made(), looks: made() === seen.made ? seen.looks + 1 : 0 };
      return seen.looks > 50;
    }, 'the generator to wait');
    expect(made() * 220).toBeLessThan(64 * 1024 * 1024);
    expect(codeOf(await house().admin.call('clumsy/say'))).toEqual([200, 'one']);
    abort.abort();
    await until(() => existsSync(join(files, 'fast-finally')));
    await house().becomes('clumsy', ({ admin }) => admin?.instances[0]?.running === 0);
  });
});

describe('a hostile process on the link', () => {
  test.each([
    ['notes that are too deep to be sent on', 'deep-send'],
    ['an answer that is too deep to be sent on', 'deep-answer'],
    ['a stream of what cannot be', 'deep-event'],
    ['cancellations of nothing, without end', 'cancels'],
    ['room for nothing, without end', 'grants'],
    ['pings without end', 'pings'],
    ['faults of nothing', 'faults'],
  ])('%s harms nobody else', async (_, what) => {
    const id = `evil-${what}`;
    await house().start(id, hostile(id));
    const server = house().hearth.pid;
    const socket = await house().member.socket(`${id}/echo`);
    const attack = house().admin.call(`${id}/attack`, { what });
    const answered = await whileNeighbourAnswers(attack);
    expect(answered.body.ok).toBe(false);
    expect(isAlive(server)).toBe(true);
    await socket.close();
    await house().admin.get('modules/disable', { id });
  });
});

describe('modules among themselves', () => {
  test('do not get at one another’s link: a token is good once, and nobody knows another', async () => {
    await house().start('knocks', hostile('knocks'));
    const knocked = await house().admin.get<number[]>('knocks/attack', { what: 'knock' });
    expect(knocked).toEqual([401, 401, 401, 401]);
    expect(codeOf(await house().member.call('neighbour/say'))).toEqual([200, 'one']);
  });

  test('may call each other where that was granted, and a circle of calls ends', async () => {
    const calling = (id: string, other: string) =>
      source(id, {
        functions: `round: fn(read, async ({ hearth }) => hearth.call('${other}', 'round')),
    once: fn(read, async ({ hearth }) => hearth.call('${other}', 'say')),`,
        more: `permissions: ['${other}:read'], limits: { callTimeout: 500 },`,
      });
    await house().start('ping', calling('ping', 'pong'));
    await house().start('pong', calling('pong', 'ping'));
    const pids = [await pidOf('ping'), await pidOf('pong')];
    expect(codeOf(await house().member.call('ping/once'))).toEqual([200, 'one']);
    const around = await whileNeighbourAnswers(house().member.call('ping/round'));
    expect(around.body).toMatchObject({ ok: false });
    for (const id of ['ping', 'pong'])
      await until(async () => codeOf(await house().member.call(`${id}/once`)).join(' ') === '200 one');
    expect([await pidOf('ping'), await pidOf('pong')]).toEqual(pids);
  });
});

test('a module that asks Hearth for all it can get leaves the others their turn', async () => {
  const { admin, member, start } = house();
  const { id: roomId } = await admin.get<{ id: string }>('chat/createRoom', { name: 'Long', kind: 'public' });
  const text = 'x'.repeat(500);
  for (let n = 0; n < 100; n++) await admin.get('chat/postMessage', { roomId, clientId: `long-${n}`, text });
  const greedy = `read: fn(write, async ({ hearth }) => {
      const pages = await Promise.all(Array.from({ length: 1000 }, () => hearth.chat.history({ roomId: '${roomId}', limit: 100 })));
      return ok(pages.filter((page) => page.ok).length);
    }),`;
  await start('greedy', source('greedy', { functions: greedy, more: `permissions: ['chat:read'],` }));
  const over = new AbortController();
  const reading = admin.get<number>('greedy/read').finally(() => over.abort());
  let answers = 0;
  for (; !over.signal.aborted; answers++) expect((await member.call('neighbour/say')).status).toBe(200);
  expect(await reading).toBe(1000);
  expect(answers).toBeGreaterThan(100);
});

describe('what a caller sends', () => {
  test('nested without end, is malformed wherever it comes in, and costs the others nothing', async () => {
    const { member } = house();
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const body = `{"x":${deep}}`;
    const headers = { 'content-type': 'application/json' };
    const posted = await whileNeighbourAnswers(member.fetch('api/neighbour/say', { method: 'POST', headers, body }));
    expect(posted.status).toBe(400);
    const few = deep.slice(97_000, 103_000);
    const socket = await member.socket();
    socket.raw(
      `{"event":"call","channel":"system","id":"d","payload":{"module":"neighbour","function":"say","input":{"x":${few}}}}`,
    );
    expect(await socket.next(({ event }) => event === 'error')).toMatchObject({
      payload: { code: 'request.malformed' },
    });
    await socket.close();
  });
});
