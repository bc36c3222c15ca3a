import { expect, test } from 'bun:test';
import { Pacer } from '../../server/hub/pacer.ts';

const pacerFor = (subscribers: number): Pacer => new Pacer(() => subscribers);

test('a channel that was quiet sends at once, however many subscribe [L7]', () => {
  const pacer = pacerFor(1000);
  expect(pacer.delay('room:a', 0)).toBe(0);
  pacer.published('room:a', 0);
  expect(pacer.delay('room:a', 10)).toBe(0);
  expect(pacer.delay('room:b', 0)).toBe(0);
});

test('a channel whose next write comes soon after gathers, scaled with the number of its subscribers [L7]', () => {
  const pacer = pacerFor(1000);
  pacer.published('room:a', 100);
  expect(pacer.delay('room:a', 101)).toBe(9);
  // Served by now, but what came meanwhile is seen only now.
  expect(pacer.delay('room:a', 106)).toBe(4);
  const small = pacerFor(200);
  small.published('room:a', 100);
  expect(small.delay('room:a', 100.5)).toBe(1.5);
});

test('nobody waits longer than 20 ms, and few subscribers wait not at all [L7]', () => {
  const pacer = pacerFor(20_000);
  pacer.published('room:a', 100);
  expect(pacer.delay('room:a', 100)).toBe(20);
  const few = pacerFor(50);
  few.published('room:a', 100);
  expect(few.delay('room:a', 100)).toBe(0);
});
