import { expect, test } from 'bun:test';
import { addressKey, Attempts } from '../../server/platform/attempts.ts';
import { TestClock } from '../support/clock.ts';

test('failures use the burst up, and each period gives one back, never more than the burst', () => {
  const clock = new TestClock();
  const attempts = new Attempts(clock, { burst: 3, every: 10_000 });
  for (let n = 0; n < 3; n++) {
    expect(attempts.wait('a')).toBe(0);
    attempts.failed('a');
  }
  expect(attempts.wait('a')).toBe(10);
  clock.advance(4_001);
  expect(attempts.wait('a')).toBe(6);
  clock.advance(6_000);
  expect(attempts.wait('a')).toBe(0);
  attempts.failed('a');
  expect(attempts.wait('a')).toBeGreaterThan(0);
  clock.advance(1_000_000);
  for (let n = 0; n < 3; n++) attempts.failed('a');
  expect(attempts.wait('a')).toBe(10);
  expect(attempts.wait('b')).toBe(0);
});

test('asking costs nothing and is not remembered', () => {
  const attempts = new Attempts(new TestClock(), { burst: 1, every: 1000 });
  for (let n = 0; n < 100; n++) expect(attempts.wait(`k${n}`)).toBe(0);
  expect(attempts.size).toBe(0);
});

test('memory is bounded, and whoever failed last stays remembered', () => {
  const attempts = new Attempts(new TestClock(), { burst: 1, every: 1000, keys: 100 });
  for (let n = 0; n < 10_000; n++) attempts.failed(`k${n}`);
  expect(attempts.size).toBe(100);
  expect(attempts.wait('k9999')).toBe(1);
  expect(attempts.wait('k0')).toBe(0);
});

test('a clock that is set back gives nothing away and takes nothing', () => {
  const clock = new TestClock();
  const attempts = new Attempts(clock, { burst: 2, every: 1000 });
  attempts.failed('a');
  clock.advance(-3_600_000);
  expect(attempts.wait('a')).toBe(0);
  attempts.failed('a');
  expect(attempts.wait('a')).toBe(1);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['', ''],
  ['not an address', 'not an address'],
])('%s counts as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key);
});
