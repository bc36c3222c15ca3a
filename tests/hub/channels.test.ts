import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { limits } from '@shared/hub/frames.ts';
import { leversModule } from '../support/levers.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';

const { module, levers } = leversModule();
let server: TestServer;
let ada: Person;
let ben: Person;
let open: TestSocket[] = [];
let posted = 0;

beforeAll(async () => {
  server = await startTestServer({ modules: [module] });
  levers.journal = server.app.hub.journal;
  ada = await server.admin();
  ben = await server.join('Ben');
});
beforeEach(() => {
  levers.occupancy.length = 0;
});
afterEach(async () => {
  for (const socket of open) if (!socket.closed) await socket.close();
  open = [];
  await until(() => server.app.hub.connections.size === 0);
});
afterAll(() => server.stop());

const connect = async (person: Person): Promise<TestSocket> => {
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${person.token}` });
  open.push(socket);
  return socket;
};
const post = (roomId: string, text = `text ${++posted}`) =>
  ada.get('chat/postMessage', { roomId, clientId: `c-${++posted}`, text });
async function makeRoom(): Promise<{ id: string; channel: string }> {
  const { id } = await ada.get('chat/createRoom', { name: `Room ${++posted}`, kind: 'private' });
  return { id, channel: `room:${id}` };
}
const headIn = (socket: TestSocket, channel: string): number =>
  socket.frames[0]?.payload.channels.find((each: { channel: string }) => each.channel === channel).offset;
const offsetsIn = (socket: TestSocket, channel: string): number[] =>
  socket.events(channel).flatMap(({ offset }) => offset ?? []);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('the welcome', () => {
  afterEach(() => {
    levers.onWelcome = undefined;
  });

  test('is the first frame, also for somebody who does not wait for it, and counts what comes after its heads [C6, C7]', async () => {
    const { id, channel } = await makeRoom();
    await post(id);
    const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${ada.token}` }, { welcome: false });
    open.push(socket);
    const ack = await socket.ask('chat_message', channel, { clientId: 'early', text: 'early' });
    expect(socket.frames[0]?.event).toBe('welcome');
    expect(socket.frames[0]?.payload.epoch).toBe(ack.epoch ?? '');
    await socket.next(({ event }) => event === 'chat_message');
    expect(offsetsIn(socket, channel)).toEqual([headIn(socket, channel) + 1]);
  });

  test('is followed by all that was published while it was read, in order and once, and then by what is new [C7]', async () => {
    const { id, channel } = await makeRoom();
    levers.onWelcome = () => post(id);
    const socket = await connect(ada);
    levers.onWelcome = undefined;
    const head = (await post(id)).position;
    const last = await socket.next((frame) => frame.channel === channel && frame.payload.position === head);
    const known = headIn(socket, channel);
    expect(last.offset).toBeGreaterThan(known + 1);
    expect(offsetsIn(socket, channel)).toEqual(range(known + 1, last.offset ?? 0));
    expect(socket.frames[0]?.event).toBe('welcome');
  });
});

describe('a channel', () => {
  test('that does not exist and one that is not ours to know get the very same answer [N1]', async () => {
    const { channel } = await makeRoom();
    const socket = await connect(ben);
    const names = [
      'nowhere',
      'nowhere:1',
      'nowhere:1:2',
      channel,
      `${channel}:more`,
      'room:',
      'room',
      `user:${ada.user.id}`,
      'global:1',
      'system',
      'Room:1',
      'a:b:c:d',
      '__proto__',
      `x:${'y'.repeat(81)}`,
      'system:stats',
    ];
    const answers = [];
    for (const name of names) {
      const answer = await socket.ask('subscribe', name);
      answers.push({ ...answer, id: '', channel: '', ts: 0 });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]!);
    expect(answers[0]).toMatchObject({ event: 'error', payload: { code: 'hub.channel_not_found' } });
  });

  test('that keeps its latest value sends it at once, then each new one; one that keeps nothing sends what is new [N6]', async () => {
    const { hub } = server.app;
    const [first, second] = [await connect(ada), await connect(ben)];
    for (const channel of ['gauge:a', 'whisper:a']) {
      expect((await first.ask('subscribe', channel)).payload).toMatchObject({
        recovered: true,
        more: false,
        offset: 0,
      });
      expect(first.events(channel)).toEqual([]);
      for (const n of [1, 2]) hub.publish(channel, 'measured', { n });
      await second.ask('subscribe', channel);
      hub.publish(channel, 'measured', { n: 3 });
    }
    const numbers = (socket: TestSocket, channel: string) => socket.events(channel).map(({ payload }) => payload.n);
    await until(() => numbers(second, 'whisper:a').length > 0 && numbers(first, 'whisper:a').length === 3);
    expect(numbers(first, 'gauge:a')).toEqual([1, 2, 3]);
    expect(numbers(first, 'whisper:a')).toEqual([1, 2, 3]);
    expect(numbers(second, 'gauge:a')).toEqual([2, 3]);
    expect(numbers(second, 'whisper:a')).toEqual([3]);
    const value = second.frames.findIndex(({ channel, event }) => channel === 'gauge:a' && event === 'measured');
    const ack = second.frames.findIndex(({ channel, event }) => channel === 'gauge:a' && event === 'ack');
    expect(value).toBeLessThan(ack);

    for (const socket of [first, second]) await socket.ask('unsubscribe', 'gauge:a');
    const from = first.frames.length;
    await first.ask('subscribe', 'gauge:a');
    expect(first.frames.slice(from).flatMap(({ event }) => (event === 'presence' ? [] : [event]))).toEqual(['ack']);
  });

  test('is told that it is occupied by its first subscriber and vacant after its last, however that one goes [N7]', async () => {
    const [first, second] = [await connect(ada), await connect(ben)];
    await first.ask('subscribe', 'whisper:b');
    expect(levers.occupancy).toEqual(['+whisper:b']);
    await first.ask('subscribe', 'whisper:b');
    await second.ask('subscribe', 'whisper:b');
    await first.ask('unsubscribe', 'whisper:b');
    expect(levers.occupancy).toEqual(['+whisper:b']);
    await second.close();
    await until(() => levers.occupancy.length === 2);
    await first.ask('subscribe', 'whisper:b');
    await first.ask('unsubscribe', 'whisper:b');
    await first.ask('subscribe', 'nowhere:b');
    expect(levers.occupancy).toEqual(['+whisper:b', '-whisper:b', '+whisper:b', '-whisper:b']);
  });
});

describe('somebody who is removed', () => {
  test('in the middle of recovering gets no further page, and nothing new [N3]', async () => {
    const { id, channel } = await makeRoom();
    await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
    for (let n = 0; n < 4; n++) await Promise.all(range(1, 100).map(() => post(id)));
    const socket = await connect(ben);
    const { epoch } = socket.frames[0]?.payload ?? {};
    const page = await socket.ask('subscribe', channel, { since: { epoch, offset: 0 } });
    expect(page.payload).toMatchObject({ recovered: true, more: true, offset: limits.recoveryPage });
    const had = offsetsIn(socket, channel);
    expect(had).toEqual(range(1, limits.recoveryPage));

    await ada.get('chat/removeMember', { roomId: id, userId: ben.user.id });
    await post(id, 'not for ben');
    for (const since of [{ epoch, offset: page.payload.offset }, undefined])
      expect(await socket.ask('subscribe', channel, since ? { since } : {})).toMatchObject({
        event: 'error',
        payload: { code: 'hub.channel_not_found' },
      });
    await post(id, 'nor this');
    await socket.ask('ping', 'system');
    expect(offsetsIn(socket, channel)).toEqual(had);
    expect(JSON.stringify(socket.frames)).not.toMatch(/not for ben|nor this/);
  });

  test('while a page is being asked for gets it whole or not at all, and nothing after being told [N3, N4]', async () => {
    const { id, channel } = await makeRoom();
    const socket = await connect(ben);
    const { epoch } = socket.frames[0]?.payload ?? {};
    for (let round = 0; round < 10; round++) {
      await ada.get('chat/addMember', { roomId: id, userId: ben.user.id });
      await post(id, `round ${round}`);
      await socket.next(({ payload }) => payload.body?.text === `round ${round}`);
      const removing = ada.get('chat/removeMember', { roomId: id, userId: ben.user.id });
      const asking = range(1, 5).map(() => socket.ask('subscribe', channel, { since: { epoch, offset: 0 } }));
      const answers = await Promise.all(asking);
      await removing;
      await post(id, `secret ${round}`);
      for (const answer of answers)
        expect(answer.payload.code ?? answer.payload.recovered).toBeOneOf(['hub.channel_not_found', true]);
      expect((await socket.ask('subscribe', channel)).payload.code).toBe('hub.channel_not_found');
      expect(JSON.stringify(socket.frames.filter(({ event }) => event !== 'ack'))).not.toContain(`secret ${round}`);
      socket.frames.splice(1);
    }
  });
});
