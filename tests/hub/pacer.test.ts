import { expect, test } from 'bun:test';
import { Pacer } from '../../server/hub/pacer.ts';

/** A pacer and its clock; `serve` lets its subscribers be served, which takes so long. */
const pacerFor = (subscribers: number) => {
  const time = { now: 100 };
  const waiting: (() => void)[] = [];
  const pacer = new Pacer(
    () => subscribers,
    (work) => waiting.push(work),
    () => time.now,
  );
  const serve = (milliseconds: number): void => {
    time.now += milliseconds;
    for (const work of waiting.splice(0)) work();
  };
  return { pacer, time, serve };
};

test('a channel that was quiet sends at once, however many subscribe [L7]', () => {
  const { pacer, time, serve } = pacerFor(1000);
  expect(pacer.delay('room:a')).toBe(0);
  pacer.published('room:a');
  serve(4);
  time.now += 100;
  expect(pacer.delay('room:a')).toBe(0);
  expect(pacer.delay('room:b')).toBe(0);
});

test('whoever waits for each message to arrive is never kept waiting, however soon the next one comes [L7]', () => {
  const { pacer, serve } = pacerFor(1000);
  for (let i = 0; i < 100; i++) {
    expect(pacer.delay('room:a')).toBe(0);
    pacer.published('room:a');
    serve(1);
  }
});

test('a channel whose next write comes while its subscribers are served gathers, scaled with their number [L7]', () => {
  const { pacer, time, serve } = pacerFor(1000);
  pacer.published('room:a');
  time.now += 1;
  expect(pacer.delay('room:a')).toBe(8);
  expect(pacer.delay('room:b')).toBe(0);
  // It takes longer than it should: what is read now arrived meanwhile.
  time.now += 5;
  expect(pacer.delay('room:a')).toBe(3);
  serve(0);
  expect(pacer.delay('room:a')).toBe(0);
  const small = pacerFor(200);
  small.pacer.published('room:a');
  small.time.now += 0.5;
  expect(small.pacer.delay('room:a')).toBeCloseTo(1.3);
});

test('a channel that had several messages at once goes on gathering, until a whole pause was quiet [L7]', () => {
  const { pacer, time, serve } = pacerFor(1000);
  pacer.published('room:a');
  pacer.published('room:a');
  serve(4);
  time.now += 2;
  expect(pacer.delay('room:a')).toBe(3);
  time.now += 4;
  expect(pacer.delay('room:a')).toBe(0);
  pacer.published('room:a');
  serve(4);
  expect(pacer.delay('room:a')).toBe(0);
});

test('a channel gathers for as long as serving its subscribers takes on this machine, not for long after a halt [L7]', () => {
  const gathersAfter = (...sweeps: number[]): number => {
    const { pacer, serve } = pacerFor(1000);
    for (const milliseconds of sweeps) {
      pacer.published('room:a');
      serve(milliseconds);
    }
    pacer.published('room:a');
    return pacer.delay('room:a');
  };
  const many = (milliseconds: number): number[] => Array.from({ length: 100 }, () => milliseconds);
  expect(gathersAfter(...many(2))).toBeCloseTo(4.5, 1);
  expect(gathersAfter(...many(6))).toBeCloseTo(13.5, 1);
  expect(gathersAfter(...many(2), 60_000)).toBeLessThan(9);
  expect(gathersAfter(...many(0))).toBeCloseTo(2.25, 1);
});

test('nobody waits longer than 20 ms, and few subscribers wait not at all [L7]', () => {
  const { pacer } = pacerFor(20_000);
  pacer.published('room:a');
  expect(pacer.delay('room:a')).toBe(20);
  const few = pacerFor(50).pacer;
  few.published('room:a');
  expect(few.delay('room:a')).toBe(0);
});
