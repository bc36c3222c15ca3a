import { expect, test } from 'bun:test';
import { createHearth } from '@shared/client/index.ts';
import type { HearthOptions } from '@shared/client/index.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { KeptActions } from './kept-outbox.ts';
import { alice, envelope, refusal, TestServer } from './server.ts';
import { clientClock } from './setup.ts';

const post = '/api/chat/postMessage';
const DAY = 24 * 60 * 60 * 1000;
const bob = { ...alice, id: 'usr_bob' as const, name: 'Bob' };
const input = (key: string) => ({ roomId: 'room_1' as never, clientId: key, text: key });

/** Pages of one browser and the server, which answers unless it is down. */
async function inBrowser(
  story: (world: {
    server: TestServer;
    kept: KeptActions;
    clock: TestClock;
    stored: string[];
    open(options?: Partial<HearthOptions>): ReturnType<typeof createHearth>;
    down(isDown: boolean): void;
  }) => Promise<void>,
): Promise<void> {
  const server = new TestServer();
  const kept = new KeptActions();
  const clock = new TestClock();
  const stored: string[] = [];
  const pages: ReturnType<typeof createHearth>[] = [];
  let isDown = false;
  server.routes.set(post, (request) => {
    const key = request.headers.get('idempotency-key') ?? '';
    if (isDown) return refusal('server.not_ready', 503, true);
    if (!stored.includes(key)) stored.push(key);
    return envelope({ ok: true, data: { id: `msg_${key}` } });
  });
  server.upgradeStatus = 502;
  try {
    await story({
      server,
      kept,
      clock,
      stored,
      open(options = {}) {
        const page = createHearth({
          baseUrl: server.url,
          clock: clientClock(clock),
          random: () => 0,
          outbox: kept.page(),
          ...options,
        });
        pages.push(page);
        return page;
      },
      down: (now) => void (isDown = now),
    });
  } finally {
    for (const page of pages) page.dispose();
    await server.stop();
  }
}

test('what was not sent is there after a reload, in its order, and is sent once each [X4]', () =>
  inBrowser(async ({ server, kept, stored, open, down }) => {
    down(true);
    const first = open();
    first.signedIn(alice);
    for (const key of ['a', 'b', 'c']) first.outbox.enqueue('chat', 'postMessage', input(key), key);
    await until(() => kept.of(alice.id).length === 3 && server.asked(post).length > 0);
    first.dispose();
    down(false);
    const second = open();
    second.signedIn(alice);
    await second.outbox.loaded();
    expect(second.outbox.pending().map(({ key }) => key)).toEqual(['a', 'b', 'c']);
    await until(() => second.outbox.pending().length === 0);
    expect(stored).toEqual(['a', 'b', 'c']);
    await until(() => kept.of(alice.id).length === 0);
  }));

test('what one person left is not sent for another, and is there when they come back', () =>
  inBrowser(async ({ kept, stored, open, down, server }) => {
    down(true);
    const page = open();
    page.signedIn(alice);
    const { done } = page.outbox.enqueue('chat', 'postMessage', input('mine'), 'mine');
    await until(() => kept.of(alice.id).length === 1 && server.asked(post).length === 1);
    page.signedIn(bob);
    expect(await done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
    down(false);
    await page.outbox.loaded();
    expect(page.outbox.pending()).toEqual([]);
    expect(stored).toEqual([]);
    page.signedIn(alice);
    await until(() => stored.length === 1);
  }));

test('signing out forgets what was not sent', () =>
  inBrowser(async ({ server, kept, open, down }) => {
    server.routes.set('/api/auth/signOut', () => envelope({ ok: true, data: {} }));
    down(true);
    const page = open();
    page.signedIn(alice);
    page.outbox.enqueue('chat', 'postMessage', input('gone'), 'gone');
    await until(() => kept.of(alice.id).length === 1);
    expect((await page.signOut()).ok).toBe(true);
    await until(() => kept.of(alice.id).length === 0);
  }));

test('two pages that hold the same action both hear its answer, and the server has it once', () =>
  inBrowser(async ({ kept, stored, open, down, server, clock }) => {
    down(true);
    const one = open();
    one.signedIn(alice);
    const mine = one.outbox.enqueue('chat', 'postMessage', input('shared'), 'shared');
    await until(() => kept.of(alice.id).length === 1 && server.asked(post).length === 1);
    const two = open();
    two.signedIn(alice);
    await two.outbox.loaded();
    const theirs = two.outbox.pending()[0]!;
    await until(() => server.asked(post).length === 2);
    down(false);
    clock.advance(1000);
    expect(await mine.done).toMatchObject({ ok: true });
    expect(await theirs.done).toMatchObject({ ok: true });
    expect(stored).toEqual(['shared']);
    expect([one, two].map(({ outbox }) => outbox.pending().length)).toEqual([0, 0]);
  }));

test('what one page gives up is given up by the other, too', () =>
  inBrowser(async ({ kept, stored, open, down, server, clock }) => {
    down(true);
    const one = open();
    one.signedIn(alice);
    one.outbox.enqueue('chat', 'postMessage', input('regretted'), 'regretted');
    await until(() => kept.of(alice.id).length === 1 && server.asked(post).length === 1);
    const two = open();
    two.signedIn(alice);
    await two.outbox.loaded();
    const theirs = two.outbox.pending()[0]!;
    expect(one.outbox.cancel('regretted')).toBe(true);
    expect(await theirs.done).toMatchObject({ ok: false, error: { code: 'network.aborted' } });
    down(false);
    clock.advance(60_000);
    expect(two.outbox.pending()).toEqual([]);
    expect(stored).toEqual([]);
  }));

test('what is older than two weeks waits to be confirmed, and holds nothing up [X4]', () =>
  inBrowser(async ({ kept, stored, open, clock }) => {
    const old = (key: string, days: number) =>
      kept.put(alice.id, {
        key,
        module: 'chat',
        function: 'postMessage',
        input: input(key),
        createdAt: clock.now() - days * DAY,
      });
    old('ancient', 15);
    old('stale', 14);
    old('recent', 13);
    const page = open();
    page.signedIn(alice);
    await until(() => stored.length === 1);
    expect(stored).toEqual(['recent']);
    const [ancient, stale] = page.outbox.pending();
    expect([ancient?.held?.code, stale?.held?.code]).toEqual(['outbox.too_old', 'outbox.too_old']);
    expect(page.outbox.cancel('stale')).toBe(true);
    const confirmed = page.outbox.enqueue('chat', 'postMessage', input('ancient'), 'ancient');
    expect(await confirmed.done).toMatchObject({ ok: true });
    expect(stored).toEqual(['recent', 'ancient']);
    await until(() => kept.of(alice.id).length === 0);
  }));

test('a storage that fails or never answers keeps nothing from being sent', () =>
  inBrowser(async ({ stored, open, clock }) => {
    const broken = open({ outbox: () => Promise.reject(new Error('no storage in private windows')) });
    broken.signedIn(alice);
    await broken.outbox.enqueue('chat', 'postMessage', input('a'), 'a').done;
    const hanging = open({ outbox: () => new Promise(() => {}) });
    hanging.signedIn(alice);
    const sent = hanging.outbox.enqueue('chat', 'postMessage', input('b'), 'b');
    await until(() => {
      clock.advance(500);
      return stored.includes('b');
    });
    expect(await sent.done).toMatchObject({ ok: true });
  }));
