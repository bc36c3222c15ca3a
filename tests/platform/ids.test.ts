import { expect, test } from 'bun:test';
import { decodeTime, isValid } from 'ulid';
import { createIds } from '../../server/platform/ids.ts';
import { TestClock } from '../support/clock.ts';

const ulidOf = (id: string): string => id.slice(id.indexOf('_') + 1);

test('ids are ULIDs that tell when they were made, and grow within a millisecond and when the clock is set back', () => {
  const clock = new TestClock();
  const ids = createIds(clock);
  const made: string[] = [];
  for (const step of [0, 1, 1, -5000, 0, 5001]) {
    clock.sleep(step);
    for (let n = 0; n < 1000; n++) made.push(ids.next('msg'));
  }
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(6000);
  for (const id of made) {
    expect(id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(isValid(ulidOf(id))).toBe(true);
  }
  expect(decodeTime(ulidOf(made.at(-1) ?? '').toUpperCase())).toBe(clock.now());
});

test('nobody can tell ids from others of the same millisecond', () => {
  const clock = new TestClock();
  const made = Array.from({ length: 1000 }, () => ulidOf(createIds(clock).next('msg')));
  expect(new Set(made.map((id) => id.slice(10, 18))).size).toBe(1000);
  expect(new Set(made.map((id) => id.slice(18))).size).toBe(1000);
});
