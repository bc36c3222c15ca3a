import { expect, test } from 'bun:test';
import { closeCodes } from '@shared/hub/close-codes.ts';
import { type LiveSession, LiveSessions } from '../../server/modules/live-sessions.ts';
import { TestClock } from '../support/clock.ts';
import { leversModule } from '../support/levers.ts';
import { PASSWORD, startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

test('what is tracked just after its session ended is ended as well, and nothing of another session [C9]', async () => {
  const clock = new TestClock();
  const live = new LiveSessions(clock);
  const ends: string[] = [];
  const open = (sessionId: string): LiveSession => ({
    userId: 'usr_a',
    sessionId,
    expiresAt: Number.MAX_SAFE_INTEGER,
    end: (code) => ends.push(`${sessionId} ${code}`),
  });
  const before = live.track(open('ses_a'));
  live.endSession('ses_a');
  const after = live.track(open('ses_a'));
  const other = live.track(open('ses_b'));
  expect(ends).toEqual([`ses_a ${closeCodes.sessionEnded}`]);
  await Promise.resolve();
  expect(ends).toEqual([`ses_a ${closeCodes.sessionEnded}`, `ses_a ${closeCodes.sessionEnded}`]);
  for (const untrack of [before, after, other]) untrack();
  expect([live.size, clock.pending]).toEqual([0, 0]);
});

test('a stream whose client leaves while it is being opened never begins, and leaves nothing behind [S3]', async () => {
  const { module, levers } = leversModule();
  const server = await startTestServer({ modules: [module] });
  const ada = await server.admin();
  let asked = 0;
  /** Answers to others than to us who ask. */
  const answered = async (): Promise<number> => (await ada.get('hub/stats')).requests['2xx'] - asked++;
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${ada.token}` };
  const opening = fetch(`${server.url}sse/levers/heldStream`, { headers, signal: leaving.signal }).catch(() => 'left');
  await until(() => levers.held === 1);
  leaving.abort();
  expect(await opening).toBe('left');
  const before = await answered();
  levers.letGo();
  await until(async () => (await answered()) > before, 'the answer to nobody');
  await until(async () => (await ada.get('hub/stats')).connections.stream === 0);
  expect(levers.finished).toBe(0);
  await server.stop();
});

test('a stream whose session ends while it is being opened ends as soon as it is [C9, S3]', async () => {
  const { module, levers } = leversModule();
  const server = await startTestServer({ modules: [module] });
  await server.admin();
  const [here, there] = [
    await server.signIn('ada@example.org', PASSWORD),
    await server.signIn('ada@example.org', PASSWORD),
  ];
  const opening = [here, there].map(({ token }) =>
    fetch(`${server.url}sse/levers/heldStream`, { headers: { authorization: `Bearer ${token}` } }),
  );
  await until(() => levers.held === 2);
  await here.get('auth/signOut');
  levers.letGo();
  const [ended, other] = await Promise.all(opening);
  expect((await ended?.text())?.trim()).toBe(': open');
  expect(levers.finished).toBe(0);
  await there.get('auth/signOut');
  await other?.text();
  await until(() => levers.finished === 1);
  await server.stop();
});
