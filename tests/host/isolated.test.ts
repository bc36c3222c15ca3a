import { afterAll, expect, test } from 'bun:test';
import { until } from '../support/until.ts';
import { describeCapabilities } from './capabilities-suite.ts';
import { createScene, person, run } from './scene.ts';

const scene = createScene();
afterAll(() => scene[Symbol.asyncDispose]());

const module = describeCapabilities(scene);
const call = (name: string, input: unknown = {}) => module().instance.call(run(), name, person, input);

test('a process knows nothing of the server’s: no environment, its own folder, another pid', async () => {
  const { data } = (await call('process')) as unknown as { data: { env: object; cwd: string; pid: number } };
  expect(data).toMatchObject({ env: {}, pid: module().instance.pid });
  expect(data.cwd).toEndWith('/modules/all');
  expect(data.pid).not.toBe(process.pid);
});

test('what it prints and logs are lines of its log', async () => {
  await call('logs');
  await until(() =>
    ['warn careful { a: 1 }', 'info printed', 'warn wrong'].every((line) => module().lines.includes(line)),
  );
});

test('when a call is over, nobody can be acted for in its name', async () => {
  const before = module().asked.length;
  await call('later');
  await until(() => module().lines.some((line) => line.includes('module.caller_gone')));
  expect(module().asked.length).toBe(before);
});

test('an answer that is no JSON is the module’s fault', async () => {
  expect(await call('circle')).toMatchObject({ ok: false, error: { code: 'server.internal' } });
  await until(() => module().lines.some((line) => line.includes('circle could not answer')));
});

test('a promise that nobody looks after is told, and ends nothing', async () => {
  expect(await call('rejects')).toMatchObject({ ok: true });
  await until(() => module().lines.some((line) => line.includes('left alone')));
  expect(await call('context')).toMatchObject({ ok: true });
});

test('a reader that does not read holds the generator back', async () => {
  await call('settle');
  const started = await module().instance.stream(run(), 'count', person, { to: 200_000 });
  if (!started.ok) throw new Error(started.error.code);
  await started.data.next();
  // Far more calls than it needs to make all of it.
  for (let i = 0; i < 200; i++) await call('context');
  expect(await call('finals')).toMatchObject({ data: [] });
  let read = 1;
  for await (const _ of started.data) read++;
  expect(read).toBe(200_001);
  expect(await call('finals')).toMatchObject({ data: ['count at all'] });
});

test('a body that nobody reads on is cancelled in the module', async () => {
  await call('settle');
  const { data } = (await call('body', { chunks: 1e6 })) as unknown as { data: { body: ReadableStream } };
  const reader = data.body.getReader();
  await reader.read();
  await reader.cancel();
  await until(
    async () => ((await call('finals')) as unknown as { data: string[] }).data[0] === 'body cancelled after true',
  );
  await until(() => module().instance.running === 0);
});

test('a generator that does not end when its reader leaves is not waited for', async () => {
  const started = await module().instance.stream(run(), 'stubborn', person, {});
  if (!started.ok) throw new Error(started.error.code);
  await started.data.next();
  await started.data.return();
  await until(() => module().instance.running === 0);
});

test('a stop runs the module’s own stop, and its process ends', async () => {
  await module().instance.stop(1000);
  expect(await module().instance.exited).toEqual({ kind: 'stopped' });
  expect(module().lines).toContain('info stopped true');
  await until(() => {
    try {
      return process.kill(module().instance.pid, 0) && false;
    } catch {
      return true;
    }
  });
});
