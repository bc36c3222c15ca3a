import { expect, test } from 'bun:test';
import { createChanges } from '../../server/host/sdk/sdk.ts';

const isThere = { done: false, value: undefined };
const isOver = { done: true, value: undefined };

test('who follows a key goes on at once, and again when that key is told of, not another', async () => {
  const changes = createChanges();
  const follower = changes.follow(new AbortController().signal, 'a');
  expect(await follower.next()).toEqual(isThere);
  let hasWoken = false;
  const next = follower.next().then((value) => {
    hasWoken = true;
    return value;
  });
  changes.tell('b');
  changes.tell();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  expect(hasWoken).toBe(false);
  changes.tell('a');
  expect(await next).toEqual(isThere);
  await follower.return();
});

test('what changes while a follower is busy is not missed, and counts once', async () => {
  const changes = createChanges();
  const end = new AbortController();
  const follower = changes.follow(end.signal);
  await follower.next();
  changes.tell();
  changes.tell();
  expect(await follower.next()).toEqual(isThere);
  const next = follower.next();
  end.abort();
  expect(await next).toEqual(isOver);
});

test('a follower ends with its signal or by leaving, and is not counted any more', async () => {
  const changes = createChanges();
  const end = new AbortController();
  const [waiting, leaving] = [changes.follow(end.signal, 'a'), changes.follow(end.signal, 'a')];
  expect(changes.following('a')).toBe(0);
  await Promise.all([waiting.next(), leaving.next()]);
  expect(changes.following('a')).toBe(2);
  await leaving.return();
  expect(changes.following('a')).toBe(1);
  const next = waiting.next();
  end.abort();
  expect(await next).toEqual(isOver);
  expect([changes.following('a'), changes.following()]).toEqual([0, 0]);
  expect(await changes.follow(end.signal, 'a').next()).toEqual(isOver);
});
