import { expect, test } from 'bun:test';
import { Presence } from '../../server/hub/presence.ts';
import { TestClock } from '../support/clock.ts';

const scene = () => {
  const clock = new TestClock();
  const seen: string[] = [];
  const presence = new Presence({
    clock,
    onOnline: (user) => seen.push(`+${user}`),
    onOffline: (user) => seen.push(`-${user}`),
  });
  return { clock, seen, presence };
};

test('several devices are one person [P1]', () => {
  const { seen, presence } = scene();
  presence.came('a');
  presence.came('a');
  expect(seen).toEqual(['+a']);
});

test('a short absence is none, a long one is told once [P1]', () => {
  const { clock, seen, presence } = scene();
  presence.came('a');
  presence.left('a');
  clock.advance(4000);
  presence.came('a');
  clock.advance(60_000);
  expect(seen).toEqual(['+a']);
  presence.left('a');
  presence.left('a');
  clock.advance(60_000);
  expect(seen).toEqual(['+a', '-a']);
  expect(presence.isOnline('a')).toBe(false);
  expect(clock.pending).toBe(0);
});

test('who never came does not leave, and stopping removes every timer', () => {
  const { clock, seen, presence } = scene();
  presence.left('b');
  presence.came('a');
  presence.left('a');
  presence.stop();
  clock.advance(60_000);
  expect(seen).toEqual(['+a']);
  expect(clock.pending).toBe(0);
});
