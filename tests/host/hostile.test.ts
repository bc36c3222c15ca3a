import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { type Exit, ModuleGone } from '../../server/host/instance.ts';
import { StreamEnded } from '../../server/modules/sse.ts';
import { until } from '../support/until.ts';
import { harm } from './fixtures/hostile.ts';
import { createScene, person, run, type Started } from './scene.ts';

const MiB = 1024 * 1024;
const limits = {
  lines: { perSecond: 1, burst: 100 },
  bytes: { perSecond: MiB, burst: 4 * MiB },
  messages: { perSecond: 1000, burst: 2000 },
};
/** On a busy machine a module may be silent for long without any harm in mind. */
const scene = createScene({ times: { look: 20, ping: 100, silence: 20_000 }, limits });
const impatient = createScene({ times: { look: 20, ping: 100, silence: 400 }, limits });
afterAll(() => Promise.all([scene[Symbol.asyncDispose](), impatient[Symbol.asyncDispose]()]));

const start = (memory = 512 * MiB, at = scene, source = harm): Promise<Started> =>
  at.start('hostile', { 'module.ts': source }, { most: { memory, loadTimeout: 10_000 } });
/** One that is not ended by what these tests do to it. */
let survivor: Started;
beforeAll(async () => {
  survivor = await start();
});
const call = async ({ instance }: Started, name: string, what = '') => instance.call(run(), name, person, { what });

/** What it answers or rejects with. */
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** Calls a function that its instance does not survive, and tells how it ended. */
const endOf = async (name: string, what?: string): Promise<Exit> => {
  const module = await start();
  expect(await outcome(call(module, name, what))).toBeInstanceOf(ModuleGone);
  const exit = await module.instance.exited;
  expect(module.instance.running).toBe(0);
  expect(await outcome(call(module, 'fine'))).toBeInstanceOf(ModuleGone);
  return exit;
};

test('process.exit in mid-call is a crash, with its code', async () => {
  expect(await endOf('exit')).toEqual({ kind: 'crashed', reason: 'its process ended with exit code 7' });
});

test('a signal is a crash, with its name', async () => {
  expect(await endOf('signal')).toEqual({ kind: 'crashed', reason: 'its process was ended by SIGABRT' });
});

test('what is thrown outside of every call is a crash, and the log has the stack', async () => {
  const module = await start();
  void outcome(call(module, 'thrown'));
  expect(await module.instance.exited).toEqual({ kind: 'crashed', reason: 'its process ended with exit code 1' });
  expect(module.lines.find((line) => line.includes('thrown outside'))).toBeString();
});

test('an endless loop in a call: the call times out, then the process is ended', async () => {
  const module = await start(undefined, impatient, harm.replace(/callTimeout: \w+/, 'callTimeout: 300'));
  expect(await call(module, 'loop')).toMatchObject({ ok: false, error: { code: 'module.timeout' } });
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'it does not answer' });
});

test('an endless loop outside of calls is found by the ping', async () => {
  const module = await start(undefined, impatient);
  void outcome(call(module, 'soon'));
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'it does not answer' });
});

test('a process that takes more memory than it may is ended', async () => {
  const module = await start(200 * MiB);
  void outcome(call(module, 'memory'));
  const exit = await module.instance.exited;
  expect(exit).toMatchObject({ kind: 'killed', reason: expect.stringContaining('more than the 200 it may') });
});

test('the kernel, out of memory, is offered the module first', async () => {
  if (process.platform !== 'linux') return;
  const module = survivor;
  expect(readFileSync(`/proc/${module.instance.pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
  expect(await until(() => module.instance.memory)).toBeGreaterThan(10 * MiB);
});

test('a flood of output ends the process; its log keeps what it may', async () => {
  const module = await start();
  void outcome(call(module, 'print'));
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'a flood of output' });
  expect(module.lines.length).toBeLessThan(110);
});

test('more lines than the log takes are dropped, with one line that says so; long lines are cut', async () => {
  const module = await start();
  await call(module, 'chatter');
  await until(() => module.lines.some((line) => /^warn \d+ lines were dropped/.test(line)));
  expect(module.lines.length).toBeLessThan(110);
  const other = await start();
  await call(other, 'long');
  const cut = await until(() => other.lines.find((line) => line.includes('yyy')));
  expect(cut.length).toBeLessThan(5000);
});

test('a flood of messages ends the process', async () => {
  const module = await start();
  await call(module, 'publish').catch(() => {});
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'a flood of messages' });
  expect(module.published.length).toBeLessThan(5000);
});

test('more calls into Hearth at once than are allowed end the process', async () => {
  const module = await start();
  module.answer = () => new Promise(() => {});
  void outcome(call(module, 'calls'));
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'a flood of requests' });
});

test('a call that is not running cannot be acted for', async () => {
  const module = await start();
  void outcome(call(module, 'forged'));
  // Its own side did not ask, and takes the refusal for a fault of the link.
  expect(await module.instance.exited).toMatchObject({ kind: 'crashed' });
  expect(module.asked).toEqual([]);
});

test('a frame that breaks the rules of the link ends the process', async () => {
  expect(await endOf('raw', '{')).toEqual({ kind: 'killed', reason: 'it broke the rules of the link' });
});

test('notes that are not in their form are told and nothing else', async () => {
  const module = survivor;
  for (const note of [
    '["n","publish",{"event":5}]',
    '["n","send",null]',
    '["n","nonsense",{}]',
    '["n","close",{"peerId":"a","code":7}]',
  ])
    await call(module, 'note', note);
  expect(await call(module, 'fine')).toEqual({ ok: true, data: 'fine' });
  expect(module.published).toEqual([]);
  expect(module.sockets).toEqual([]);
});

test('a frame beyond the size of frames ends the link, and with it the process', async () => {
  expect(await endOf('huge')).toMatchObject({ kind: expect.stringMatching(/killed|crashed|stopped/) });
});

test('an answer beyond the size of frames is the module’s fault and ends nothing', async () => {
  const module = survivor;
  expect(await call(module, 'big')).toMatchObject({ ok: false, error: { code: 'server.internal' } });
  expect(await call(module, 'fine')).toEqual({ ok: true, data: 'fine' });
});

const open = async (module: Started, what: string) => {
  const started = await module.instance.stream(run(), 'events', person, { what });
  if (!started.ok) throw new Error(started.error.code);
  return started.data;
};

test('events beyond the reader’s window end the process', async () => {
  const module = await start();
  await open(module, 'flood');
  expect(await module.instance.exited).toEqual({ kind: 'killed', reason: 'a flood of events' });
});

test('an event that is not in the form of events ends its stream alone', async () => {
  const module = survivor;
  for (const what of ['0\t\t{\n', '7\t\t1\n', 'tick\n', '0\t\t[1,\r2]\n']) {
    const events = await open(module, what);
    expect(await outcome(events.next())).toBeInstanceOf(StreamEnded);
  }
  expect(await call(module, 'fine')).toEqual({ ok: true, data: 'fine' });
});

test('a process that closes its link is ended', async () => {
  const exit = await endOf('close');
  expect(exit.kind).not.toBe('stopped');
});
