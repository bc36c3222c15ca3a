import { expect } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom, Traffic } from '../traffic.ts';

/** Milliseconds from SIGTERM until everybody has to be back. */
const WINDOW = 10_000;
/**
 * Those who come back at once: within so many milliseconds there may be this share of all. What counts is when they began to
 * connect; when they were let in says as much about what else the machine does.
 */
const CROWD = 100;
const SHARE = 0.35;

/** The most of these times in any stretch of `CROWD` milliseconds. */
const crowdOf = (times: readonly number[]): number => {
  const sorted = times.toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < sorted.length; to++) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) > CROWD) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
};

/** A new process takes over under load. */
export const upgrade: Scenario = {
  name: 'upgrade',
  shows: 'SIGTERM and a new process lose and double nothing, and nobody comes back in a herd',
  deadline: (plan) => 40_000 + plan.upgrades * 20_000,
  async run(stage) {
    const { house, random, plan } = stage;
    const roomId = await house.room('Upgrade');
    const clients = await stage.clients(plan.upgradeClients - plan.sdkClients - plan.feedClients);
    const sdkClients = await stage.sdkClients(plan.sdkClients);
    const feeds = await stage.feedClients(plan.feedClients, roomId);
    const all = [...clients, ...sdkClients, ...feeds];
    const traffic = new Traffic({ random, roomId, pause: 300 }).start([
      ...clients.slice(0, 25),
      ...sdkClients.slice(0, 5),
    ]);
    let slowest = 0;
    let crowd = 0;
    for (let round = 0; round < plan.upgrades; round++) {
      await Bun.sleep(random.between(300, 600));
      const since = performance.now();
      const code = await house.stop();
      expect(code === 0, `SIGTERM ended the server with ${code}`);
      await house.start();
      await stage.untilCurrent(all, WINDOW - (performance.now() - since));
      const back = clients.flatMap(({ welcomes }) => welcomes.filter(({ at }) => at > since));
      expect(back.length === clients.length, `${clients.length} clients came back ${back.length} times`);
      slowest = Math.max(slowest, Math.max(...back.map(({ at }) => at)) - since);
      crowd = Math.max(crowd, crowdOf(back.map(({ tried }) => tried)));
    }
    await traffic.stop();
    const views = () => all.flatMap(({ views: mine }) => mine.get(`room:${roomId}`) ?? []);
    expect(views().length === all.length, 'some clients lost sight of the room');
    const acked = traffic.acked.filter(({ offset }) => offset > 0);
    const { messages } = await checkRoom(house, roomId, { sent: traffic.sent, acked }, views);
    stage.checkClients(all);
    expect(
      messages === traffic.sent.size,
      `${traffic.sent.size} messages were acknowledged, and ${messages} are there`,
    );
    expect(crowd <= clients.length * SHARE, `${crowd} of ${clients.length} clients came back within ${CROWD} ms`);
    return `${all.length} clients, all back after ${Math.round(slowest)} ms, at most ${crowd} within ${CROWD} ms, ${messages} messages`;
  },
};
