import { afterEach, beforeEach, expect, test } from 'bun:test';
import { openScene, type Scene } from '../support/accounts-scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

test('those who come and go within a quarter of a second are told in one event, with their last state [P2]', () => {
  const { module } = scene.people;
  module.onOnline?.('usr_a');
  scene.clock.advance(100);
  module.onOnline?.('usr_b');
  module.onOffline?.('usr_a');
  scene.clock.advance(149);
  expect(scene.events).toEqual([]);
  scene.clock.advance(1);
  expect(scene.events).toEqual(['global presence (ephemeral)']);
  expect(scene.payloads).toEqual([
    {
      users: [
        { id: 'usr_a', presence: 'offline' },
        { id: 'usr_b', presence: 'online' },
      ],
    },
  ]);
  scene.clock.advance(10_000);
  expect(scene.events).toHaveLength(1);
});

test('who comes later is told later, and nothing is told after the end', () => {
  const { module } = scene.people;
  module.onOnline?.('usr_a');
  scene.clock.advance(250);
  module.onOffline?.('usr_a');
  scene.clock.advance(250);
  expect(scene.payloads).toEqual([
    { users: [{ id: 'usr_a', presence: 'online' }] },
    { users: [{ id: 'usr_a', presence: 'offline' }] },
  ]);
  module.onOnline?.('usr_b');
  void module.stop?.();
  scene.clock.advance(250);
  expect(scene.events).toHaveLength(2);
});
