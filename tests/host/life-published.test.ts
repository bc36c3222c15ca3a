import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { openSocket } from '../support/socket.ts';
import { until } from '../support/until.ts';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

test('what a module publishes reaches whoever listens to it, but for events that are Hearth’s own', async () => {
  const { server, admin, start } = scene;
  await start(
    'herald',
    source('herald', {
      before: `
const functions = {
  publish: fn({ access: 'guest', effect: 'write', summary: 'Publishes.', input: z.object({ event: z.string() }) },
    (ctx, { event }) => { ctx.hearth.publish(event, { text: 'x' }); return ok(); }),
};`,
    }),
  );
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${admin.token}` });
  expect(await socket.ask('subscribe', 'module:herald')).toMatchObject({ event: 'ack' });
  const own = ['chat_message', 'room_removed', 'person_changed', 'module_changed', 'plugin_toggled', 'announcement'];
  const framing = ['welcome', 'drain', 'ack', 'error', 'stream', 'ping', 'unsubscribed'];
  const impossible = ['Upper', 'a b', '__proto__', ''];
  for (const event of [...own, ...framing, ...impossible, 'turned']) await admin.get('herald/publish', { event });
  await socket.next(({ event }) => event === 'turned');
  expect(socket.events('module:herald')).toMatchObject([{ event: 'turned', payload: { text: 'x' } }]);
  const log = await admin.get<{ text: string }[]>('modules/log', { id: 'herald' });
  expect(log.some(({ text }) => text.includes('"chat_message"') && text.includes('Hearth’s own'))).toBe(true);
  await socket.close();
});

test('its channel is nobody’s who may not see it, and ends with it', async () => {
  const { server, admin } = scene;
  const mia = await server.join('Mia');
  const socket = await openSocket(`${server.url}ws`, { authorization: `Bearer ${mia.token}` });
  expect(await socket.ask('subscribe', 'module:herald')).toMatchObject({ event: 'ack' });
  await admin.get('modules/disable', { id: 'herald' });
  for (const channel of ['module:herald', 'module:hello', 'module:nobody', 'module:'])
    expect(await socket.ask('subscribe', channel)).toMatchObject({ event: 'error' });
  await until(async () => (await admin.call('herald/publish', { event: 'turned' })).status === 404);
  await socket.close();
});
