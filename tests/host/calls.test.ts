import { afterAll, beforeAll, expect, test } from 'bun:test';
import { greeting, hello } from './fixtures/hello.ts';
import { createScene, person, run, type Started } from './scene.ts';

const scene = createScene();
let module: Started;
beforeAll(async () => {
  module = await scene.start('hello', { 'module.ts': hello, 'greeting.ts': greeting }, { settings: { word: 'Hi' } });
});
afterAll(() => scene[Symbol.asyncDispose]());

const call = (name: string, input: unknown) => module.instance.call(run(), name, person, input);

test('a function of a file beside the module answers, with the settings', async () => {
  expect(await call('greet', { name: 'Ada' })).toEqual({ ok: true, data: 'Hi, Ada!' });
});

test('an input that breaks the schema is refused with its issues, and the function does not run', async () => {
  const refused = await call('greet', { name: '' });
  expect(refused).toMatchObject({ ok: false, error: { code: 'request.invalid', issues: [{ path: 'name' }] } });
});

test('a declared error is answered as it is', async () => {
  expect(await call('greet', { name: 'lemon' })).toMatchObject({ ok: false, error: { code: 'hello.sour' } });
});

test('what a module is, is told before it begins', () => {
  const { description } = module.instance;
  expect(description).toMatchObject({ id: 'hello', version: '1.2.3', migrations: 2, permissions: ['chat:write'] });
  expect(description.functions.greet).toMatchObject({ access: 'public', effect: 'read' });
  expect(description.functions.greet?.input).toMatchObject({ type: 'object', required: ['name'] });
  expect(description.settings?.properties).toMatchObject({ key: { type: 'string', 'x-secret': true } });
});

test('its own database is migrated and keeps what it stores', async () => {
  expect(await call('remember', { name: 'Ada' })).toEqual({ ok: true, data: 1 });
  expect(await call('remember', { name: 'Grace' })).toEqual({ ok: true, data: 2 });
});
