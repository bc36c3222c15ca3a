import { beforeEach, expect, test } from 'bun:test';
import { type HighWaterMark, keepHighWater } from '../../server/platform/high-water.ts';
import { createLogger } from '../../server/platform/log.ts';
import { TestClock } from '../support/clock.ts';

let clock: TestClock;
let written: number[];
let log: string[];
let isFull: boolean;
let now: HighWaterMark;
let keeping: { stop(): void };

beforeEach(() => {
  clock = new TestClock();
  written = [];
  log = [];
  isFull = false;
  now = { epoch: 'ep_1', seq: 1 };
  keeping = keepHighWater({
    highWater: {
      write({ seq }) {
        if (isFull) throw new Error('ENOSPC');
        written.push(seq);
      },
    },
    read: () => now,
    clock,
    log: createLogger({ level: 'debug', format: 'json', write: (line) => log.push(line), now: clock.now }),
  });
});

test('the mark is written once a second, and only when it moved', () => {
  clock.advance(1000);
  clock.advance(5000);
  now = { epoch: 'ep_1', seq: 9 };
  clock.advance(1000);
  expect(written).toEqual([1, 9]);
});

test('a new epoch at the same place is written, too', () => {
  clock.advance(1000);
  now = { epoch: 'ep_2', seq: 1 };
  clock.advance(1000);
  expect(written).toEqual([1, 1]);
});

test('a full disk is told of once, stops nothing, and is tried again', () => {
  isFull = true;
  clock.advance(5000);
  expect(written).toEqual([]);
  expect(log).toHaveLength(1);
  isFull = false;
  clock.advance(1000);
  expect(written).toEqual([1]);
});

test('the last mark is written at the end, and nothing after it', () => {
  now = { epoch: 'ep_1', seq: 5 };
  keeping.stop();
  expect(written).toEqual([5]);
  now = { epoch: 'ep_1', seq: 6 };
  clock.advance(5000);
  expect(written).toEqual([5]);
  expect(clock.pending).toBe(0);
});
