import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Heartbeats } from '../../server/modules/heartbeats.ts';
import { TestClock } from '../support/clock.ts';
import { probeModule } from '../support/probe.ts';
import { type Person, startTestServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const SECOND = 1000;
const clock = new TestClock();
const probe = probeModule();
let server: TestServer;
let ada: Person;

beforeAll(async () => {
  server = await startTestServer({ clock, modules: [probe.module] });
  ada = await server.admin();
});
afterAll(() => server.stop());

/** A stream that is read as it comes. */
async function open(path: string): Promise<{ text: () => string; ended: () => boolean }> {
  const response = await fetch(`${server.url}sse/${path}`, { headers: { authorization: `Bearer ${ada.token}` } });
  let text = '';
  let ended = false;
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    ended = true;
  };
  void read();
  await until(() => text.includes(': open'));
  return { text: () => text, ended: () => ended };
}
const beats = (text: string): number => text.split('\n').filter((line) => line === ': alive').length;

test('a stream on which nothing happens sends a comment every 15 seconds, and ends with its token [S1, S3]', async () => {
  const stream = await open('probe/wait');
  clock.advance(15 * SECOND - 1);
  const later = await open('probe/wait');
  expect(beats(stream.text())).toBe(0);
  clock.advance(1);
  await until(() => beats(stream.text()) === 1);
  clock.advance(15 * SECOND - 1);
  await until(() => beats(stream.text()) === 1 && beats(later.text()) === 1);
  clock.advance(1);
  await until(() => beats(stream.text()) === 2);
  expect(
    stream
      .text()
      .replaceAll(/^: (open|alive)$/gm, '')
      .trim(),
  ).toBe('');

  let total = 2;
  for (; !stream.ended() && total < 100; total++) {
    expect(probe.seen).not.toContain('finally');
    clock.advance(15 * SECOND);
    await until(() => stream.ended() || beats(stream.text()) > total);
  }
  expect(total).toBe((10 * 60) / 15);
  await until(() => later.ended());
  expect(probe.seen.filter((each) => each === 'finally')).toHaveLength(2);
});

test('a clock that is set back or forward does not silence the streams, and nothing waits once they are gone', () => {
  const wall = { offset: 0 };
  const inner = new TestClock();
  const beats: string[] = [];
  const heartbeats = new Heartbeats({ ...inner, now: () => inner.now() + wall.offset });
  const beating = (name: string) => ({ beatAt: 0, beat: () => void beats.push(name) });
  const [one, two] = [beating('one'), beating('two')];
  heartbeats.add(one);
  inner.advance(5 * SECOND);
  heartbeats.add(two);
  wall.offset = -3600 * SECOND;
  inner.advance(20 * SECOND);
  expect(beats.toSorted()).toEqual(['one', 'two']);
  wall.offset = 3600 * SECOND;
  inner.advance(30 * SECOND);
  expect(new Set(beats.splice(2))).toEqual(new Set(['one', 'two']));
  heartbeats.remove(one);
  inner.advance(15 * SECOND);
  expect(beats.splice(2)).toEqual(['two']);
  heartbeats.remove(two);
  expect(inner.pending).toBe(0);
});
