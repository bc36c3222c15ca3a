import { afterAll, expect, test } from 'bun:test';
import { ModuleGone } from '../../server/host/instance.ts';
import { createTrustedLauncher } from '../../server/host/trusted.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { describeCapabilities } from './capabilities-suite.ts';
import { greeting, hello } from './fixtures/hello.ts';
import { createScene, person, run } from './scene.ts';

const scene = createScene({}, createTrustedLauncher({ clock: systemClock, checkOutput: true }));
afterAll(() => scene[Symbol.asyncDispose]());

describeCapabilities(scene);

test('a reload takes every file of the module, and the old version goes on as it was', async () => {
  const old = await scene.start('hello', { 'module.ts': hello, 'greeting.ts': greeting });
  const changed = greeting.replace('!', '?');
  const fresh = await scene.start('hello', { 'module.ts': hello, 'greeting.ts': changed });
  const greet = ({ instance }: typeof old) => instance.call(run(), 'greet', person, { name: 'Ada' });
  expect(await greet(fresh)).toMatchObject({ data: 'Hello, Ada?' });
  expect(await greet(old)).toMatchObject({ data: 'Hello, Ada!' });
});

test('a stopped instance answers nobody any more', async () => {
  const { instance } = await scene.start('hello', { 'module.ts': hello, 'greeting.ts': greeting });
  await instance.stop(0);
  expect(await instance.exited).toEqual({ kind: 'stopped' });
  const answer = async () => instance.call(run(), 'greet', person, { name: 'Ada' });
  expect(await answer().catch((error: unknown) => error)).toBeInstanceOf(ModuleGone);
});
