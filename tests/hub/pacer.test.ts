import { expect, test } from 'bun:test';
import { Pacer } from '../../server/hub/pacer.ts';

/** A pacer, and what ends the turn of the event loop. */
const pacerFor = (subscribers: number): { pacer: Pacer; endTurn: () => void } => {
  const waiting: (() => void)[] = [];
  const pacer = new Pacer(
    () => subscribers,
    (work) => waiting.push(work),
  );
  return { pacer, endTurn: () => waiting.splice(0).forEach((work) => work()) };
};

test('a channel that was quiet sends at once, however many subscribe [L7]', () => {
  const { pacer, endTurn } = pacerFor(1000);
  expect(pacer.delay('room:a', 0)).toBe(0);
  pacer.published('room:a', 0);
  endTurn();
  expect(pacer.delay('room:a', 5)).toBe(0);
  expect(pacer.delay('room:b', 0)).toBe(0);
});

test('a channel whose next write comes before its subscribers were served gathers, scaled with their number [L7]', () => {
  const { pacer, endTurn } = pacerFor(1000);
  pacer.published('room:a', 100);
  expect(pacer.delay('room:a', 101)).toBe(11);
  // Serving them took longer than it should: what is read now arrived meanwhile.
  expect(pacer.delay('room:a', 106)).toBe(6);
  endTurn();
  expect(pacer.delay('room:a', 101)).toBe(11);
  expect(pacer.delay('room:a', 106)).toBe(0);
  pacer.published('room:a', 110);
  expect(pacer.delay('room:a', 116)).toBe(6);
  const small = pacerFor(200).pacer;
  small.published('room:a', 100);
  expect(small.delay('room:a', 100.5)).toBeCloseTo(1.9);
});

test('a channel that had several messages at once goes on gathering, until a whole pause was quiet [L7]', () => {
  const { pacer, endTurn } = pacerFor(1000);
  pacer.published('room:a', 100);
  pacer.published('room:a', 100);
  endTurn();
  expect(pacer.delay('room:a', 109)).toBe(3);
  expect(pacer.delay('room:a', 113)).toBe(0);
  pacer.published('room:a', 113);
  endTurn();
  expect(pacer.delay('room:a', 120)).toBe(0);
});

test('nobody waits longer than 20 ms, and few subscribers wait not at all [L7]', () => {
  const { pacer } = pacerFor(20_000);
  pacer.published('room:a', 100);
  expect(pacer.delay('room:a', 100)).toBe(20);
  const few = pacerFor(50).pacer;
  few.published('room:a', 100);
  expect(few.delay('room:a', 100)).toBe(0);
});
