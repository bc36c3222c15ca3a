import { expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';
import { createLogger } from '../../server/platform/log.ts';
import { shutdownOnSignal, type SignalSource } from '../../server/platform/shutdown.ts';
import { TestClock } from '../support/clock.ts';

function arrange(drain: () => Promise<void>) {
  const emitter = new EventEmitter();
  const clock = new TestClock();
  const messages: string[] = [];
  const log = createLogger({ level: 'info', format: 'json', now: clock.now, write: (line) => messages.push(line) });
  const code = shutdownOnSignal({ drain, log, clock, source: emitter as SignalSource, deadline: 9_500 });
  return { emitter, clock, code, log: () => messages.join('') };
}

const never = () => new Promise<void>(() => {});

test.each(['SIGTERM', 'SIGINT'])('%s drains once and ends with 0', async (signal) => {
  let drained = 0;
  const { emitter, clock, code } = arrange(async () => {
    drained++;
  });
  emitter.emit(signal);
  expect(await code).toBe(0);
  expect(drained).toBe(1);
  expect(emitter.listenerCount(signal)).toBe(0);
  await Promise.resolve();
  expect(clock.pending).toBe(0);
});

test('a second signal does not wait for the draining', async () => {
  const { emitter, code } = arrange(never);
  emitter.emit('SIGINT');
  emitter.emit('SIGINT');
  expect(await code).toBe(1);
});

test('draining that takes too long is cut off', async () => {
  const { emitter, clock, code, log } = arrange(never);
  emitter.emit('SIGTERM');
  clock.advance(9_500);
  expect(await code).toBe(1);
  expect(log()).toContain('too long');
});

test('draining that fails ends with 1 and says why', async () => {
  const { emitter, code, log } = arrange(() => Promise.reject(new Error('disk on fire')));
  emitter.emit('SIGTERM');
  expect(await code).toBe(1);
  expect(log()).toContain('disk on fire');
});
