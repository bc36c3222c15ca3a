import { expect, test } from 'bun:test';
import { Turnstile } from '../../server/host/process/turnstile.ts';

const turn = () => new Promise<void>((go) => setImmediate(go));

test('one goes through in a turn of the event loop, the others after it in order, and nobody waits who is alone', async () => {
  const turnstile = new Turnstile();
  const through: number[] = [];
  const enter = async (n: number): Promise<void> => {
    await turnstile.pass();
    through.push(n);
  };
  const all = [1, 2, 3, 4, 5, 6].map(enter);
  await turn();
  for (let before = through.length; before < 6; before = through.length) {
    await turn();
    expect(through.length - before).toBeLessThanOrEqual(1);
  }
  await Promise.all(all);
  expect(through).toEqual([1, 2, 3, 4, 5, 6]);
  await turn();
  expect(turnstile.pass()).toBeUndefined();
});
