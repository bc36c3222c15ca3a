import { expect, spyOn, test } from 'bun:test';
import { createBus } from '@shared/client/events.ts';
import { createObservable } from '@shared/client/state.ts';
import type { ServerFrame } from '@shared/hub/frames.ts';

const frame = (event: string): ServerFrame => ({ event, channel: 'global', payload: event, ts: 0 });

test('subscribers are told each change with the value before it, until they leave', () => {
  const value = createObservable(1);
  const seen: number[][] = [];
  const leave = value.subscribe((...change) => seen.push(change));
  value.set(2);
  value.set(2);
  leave();
  value.set(3);
  expect(seen).toEqual([[2, 1]]);
  expect(value.get()).toBe(3);
});

test('a change made by a subscriber reaches everybody after the one that caused it', () => {
  const value = createObservable(1);
  const seen: number[] = [];
  value.subscribe((next) => next === 2 && value.set(3));
  value.subscribe((next) => seen.push(next));
  value.set(2);
  expect(seen).toEqual([2, 3]);
});

test('a listener that throws is reported and does not keep the others from hearing', () => {
  const reported = spyOn(globalThis, 'reportError').mockImplementation(() => {});
  try {
    const bug = new Error('bug');
    const seen: string[] = [];
    const bus = createBus();
    bus.onAny(() => {
      throw bug;
    });
    bus.onAny(({ event }) => seen.push(event));
    bus.emit(frame('presence'));
    const value = createObservable(1);
    value.subscribe(() => {
      throw bug;
    });
    value.subscribe(() => seen.push('changed'));
    value.set(2);
    expect(seen).toEqual(['presence', 'changed']);
    expect(reported).toHaveBeenCalledTimes(2);
  } finally {
    reported.mockRestore();
  }
});

test('a listener hears its own event only, until it leaves', () => {
  const bus = createBus();
  const seen: unknown[] = [];
  const leave = bus.on('presence', (payload, { channel }) => seen.push([payload, channel]));
  bus.emit(frame('presence'));
  bus.emit(frame('user_typing'));
  leave();
  bus.emit(frame('presence'));
  expect(seen as unknown[]).toEqual([['presence', 'global']]);
});

test('a listener that leaves while an event is told does not hear it any more', () => {
  const bus = createBus();
  const seen: string[] = [];
  bus.onAny(() => leave());
  const leave = bus.onAny(() => seen.push('late'));
  bus.emit(frame('presence'));
  expect(seen).toEqual([]);
});
