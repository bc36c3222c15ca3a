import { describe, expect, test } from 'bun:test';
import { Restarts } from '../../server/host/restarts.ts';
import { TestClock } from '../support/clock.ts';

describe('a module that crashes', () => {
  test('is started again after one second, then two, and the third time not', () => {
    const restarts = new Restarts(new TestClock());
    expect([restarts.crashed(), restarts.crashed(), restarts.crashed()]).toEqual([1000, 2000, undefined]);
  });

  test('and was well for a minute in between has crashed for the first time', () => {
    const clock = new TestClock();
    const restarts = new Restarts(clock);
    for (let round = 0; round < 5; round++) {
      expect(restarts.crashed()).toBe(1000);
      restarts.began();
      clock.advance(60_000);
    }
    restarts.crashed();
    restarts.began();
    clock.advance(59_999);
    expect(restarts.crashed()).toBe(2000);
    // It has not been well since: time alone mends nothing.
    clock.advance(600_000);
    expect(restarts.crashed()).toBeUndefined();
  });

  test('tells how long to wait, and starts once', () => {
    const clock = new TestClock();
    const restarts = new Restarts(clock);
    let starts = 0;
    restarts.plan(2000, () => starts++);
    expect(restarts.retryAfter).toBe(2);
    clock.advance(1500);
    expect(restarts.retryAfter).toBe(1);
    clock.advance(500);
    expect([starts, restarts.retryAfter, clock.pending]).toEqual([1, undefined, 0]);
    restarts.plan(1000, () => starts++);
    restarts.cancel();
    clock.advance(5000);
    expect([starts, clock.pending]).toEqual([1, 0]);
  });
});
