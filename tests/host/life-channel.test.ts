import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { StreamEnded } from '../../server/modules/sse.ts';
import type { StreamItem } from '../../server/modules/registry.ts';
import { Broadcast } from '../../server/host/broadcast.ts';
import { fail, NotReady } from '@shared/kernel/errors.ts';
import { TestClock } from '../support/clock.ts';
import { openSocket, type TestSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene({ config: { trustedModules: ['inner'] } });
});
afterAll(() => scene.stop());

/** Beats as long as somebody listens, and says in its log when it begins and ends. */
const beating = (id: string, says: string, yields = `{ event: 'beat', data: { says: '${says}', n } }`): string =>
  source(id, {
    more: `channel: { stream: 'beats' },`,
    before: `
const streams = {
  beats: stream({ access: 'admin', summary: 'Beats.', events: { beat: z.any(), chat_message: z.any() } }, async function* (ctx) {
    ctx.log.info('begins ${says}');
    try {
      for (let n = 1; ; n++) {
        yield ${yields};
        await ctx.sleep(5);
      }
    } finally {
      ctx.log.info('ends ${says}');
    }
  }),
};`,
  }).replace('functions: {', 'streams,\n  functions: {');

describe.each(['outer', 'inner'])('the channel of the module %s, in a process of its own or ours', (id) => {
  const logged = async (): Promise<string[]> =>
    (await scene.admin.get<{ text: string }[]>('modules/log', { id }))
      .map(({ text }) => text)
      .filter((text) => /^(?:begins|ends) /.test(text));
  const listener = async (): Promise<TestSocket> => {
    const socket = await openSocket(`${scene.server.url}ws`, { authorization: `Bearer ${scene.admin.token}` });
    expect(await socket.ask('subscribe', `module:${id}`)).toMatchObject({ event: 'ack' });
    return socket;
  };
  const beat = (socket: TestSocket, says: string) =>
    socket.next(({ event, payload }) => event === 'beat' && payload.says === says);

  test('brings its stream to all who listen, which runs once and only while anybody does [N7]', async () => {
    await scene.start(id, beating(id, 'one'));
    expect(await logged()).toEqual([]);
    const [first, second] = [await listener(), await listener()];
    for (const socket of [first, second]) await beat(socket, 'one');
    await first.close();
    const heard = second.events(`module:${id}`).length;
    await until(() => second.events(`module:${id}`).length > heard + 2);
    expect(await logged()).toEqual(['begins one']);
    await second.ask('unsubscribe', `module:${id}`);
    await until(async () => (await logged()).length === 2);
    const again = await listener();
    await beat(again, 'one');
    await again.close();
    await second.close();
    await until(async () => (await logged()).length === 4);
    expect(await logged()).toEqual(['begins one', 'ends one', 'begins one', 'ends one']);
  });

  test('brings the stream of a new version to those who listen already, and of none that is off', async () => {
    const socket = await listener();
    await beat(socket, 'one');
    scene.save(id, beating(id, 'two'));
    await beat(socket, 'two');
    await scene.admin.get('modules/disable', { id });
    await until(async () => (await logged()).at(-1) === 'ends two');
    await scene.admin.get('modules/enable', { id });
    await until(async () => (await logged()).at(-1) === 'begins two');
    await socket.close();
    await until(async () => (await logged()).at(-1) === 'ends two');
  });

  test('carries no event of Hearth’s own', async () => {
    scene.save(id, beating(id, 'three', `{ event: n === 1 ? 'chat_message' : 'beat', data: { says: 'three' } }`));
    const socket = await listener();
    await beat(socket, 'three');
    expect(socket.events(`module:${id}`, 'chat_message')).toEqual([]);
    await socket.close();
    await until(async () => (await logged()).at(-1) === 'ends three');
  });

  test('runs on from one poll to the next [N7]', async () => {
    const before = (await logged()).length;
    const poll = (input: object) => scene.admin.get('hub/poll', { channels: [`module:${id}`], wait: 10_000, ...input });
    const { events, cursor } = await poll({});
    expect(events[0]).toMatchObject({ event: 'beat' });
    expect((await poll({ cursor })).events[0]).toMatchObject({ event: 'beat' });
    expect((await logged()).slice(before)).toEqual(['begins three']);
  });
});

test('a stream that fails is begun again after a while, one that came to its end is not until somebody comes', async () => {
  const clock = new TestClock();
  const published: string[] = [];
  const opened: string[] = [];
  const ends: (Error | undefined | 'refused')[] = [
    'refused',
    new StreamEnded(fail(NotReady).error),
    undefined,
    undefined,
  ];
  const broadcast = new Broadcast({
    clock,
    async open(stream) {
      const end = ends[opened.length];
      opened.push(stream);
      if (end === 'refused') return fail(NotReady);
      const items = async function* (): AsyncGenerator<StreamItem, void, void> {
        yield { event: `e${opened.length}`, data: {} };
        if (end) throw end;
      };
      return { ok: true, data: items() };
    },
    publish: (event) => published.push(event),
  });
  broadcast.of('beats');
  expect([opened.length, clock.pending]).toEqual([0, 0]);
  broadcast.occupied(true);
  for (const count of [1, 2]) {
    await until(() => clock.pending === 1);
    expect(opened.length).toBe(count);
    clock.advance(5000);
  }
  await until(() => published.includes('e3'));
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(clock.pending).toBe(0);
  broadcast.occupied(false);
  broadcast.occupied(true);
  await until(() => published.includes('e4'));
  broadcast.of(null);
  broadcast.occupied(true);
  expect([opened.length, clock.pending, published]).toEqual([4, 0, ['e2', 'e3', 'e4']]);
});
