import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { type LifeScene, lifeScene, source } from './life-scene.ts';

setDefaultTimeout(30_000);

let scene: LifeScene;
beforeAll(async () => {
  scene = await lifeScene();
});
afterAll(() => scene.stop());

test('a folder that appears is listed, switched off, and answers 404; switched on it answers; off again it does not', async () => {
  const { admin, save, becomes } = scene;
  save('first', source('first'));
  expect(await becomes('first', ({ state }) => state === 'disabled')).toMatchObject({
    title: 'Title of first',
    enabled: false,
    shipped: false,
  });
  expect(await admin.call('first/say')).toMatchObject({ status: 404, body: { error: { code: 'module.disabled' } } });
  expect(await admin.get('modules/enable', { id: 'first' })).toMatchObject({ enabled: true, state: 'active' });
  expect(await admin.get('first/say')).toEqual({ said: 'one' });
  expect(await admin.get('modules/disable', { id: 'first' })).toMatchObject({ enabled: false, state: 'disabled' });
  expect(await admin.call('first/say')).toMatchObject({ status: 404, body: { error: { code: 'module.disabled' } } });
  const log = await admin.get<{ text: string }[]>('modules/log', { id: 'first' });
  expect(log.map(({ text }) => text)).toEqual(['disabled', 'loading', 'active', 'disabled']);
});
