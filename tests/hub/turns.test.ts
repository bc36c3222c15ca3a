import { expect, test } from 'bun:test';
import { Turns } from '../../server/hub/turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('so much goes at once, and the rest in later turns, in the order in which it came', async () => {
  const turns = new Turns(2);
  const done: number[] = [];
  for (let i = 0; i < 5; i++) {
    const waiting = turns.take();
    if (waiting) void waiting.then(() => done.push(i));
    else done.push(i);
  }
  expect(done).toEqual([0, 1]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3]);
  await turn();
  expect(done).toEqual([0, 1, 2, 3, 4]);
});

test('nobody overtakes those who wait, and a turn that passes brings no more than its share', async () => {
  const turns = new Turns(1);
  expect(turns.take()).toBeUndefined();
  const waiting = turns.take();
  await waiting;
  expect(turns.take()).toBeInstanceOf(Promise);
  await turn();
  await turn();
  expect(turns.take()).toBeUndefined();
  expect(turns.take()).toBeInstanceOf(Promise);
});
