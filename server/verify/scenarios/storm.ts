import { expect } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom, Traffic } from '../traffic.ts';

/** All connections break at once. */
export const storm: Scenario = {
  name: 'storm',
  shows: 'when all are cut off at once, all come back and miss nothing',
  deadline: (plan) => 30_000 + plan.storms * 30_000,
  async run(stage) {
    const { house, random, plan } = stage;
    const roomId = await house.room('Storm');
    const clients = await stage.clients(plan.stormClients);
    const traffic = new Traffic({ random, roomId, pause: 400 }).start(clients.slice(0, 20));
    let slowest = 0;
    for (let cut = 0; cut < plan.storms; cut++) {
      await Bun.sleep(random.between(100, 300));
      const since = performance.now();
      for (const client of clients) client.cut();
      await stage.untilCurrent(clients);
      slowest = Math.max(slowest, ...clients.map(({ welcomes }) => (welcomes.at(-1)?.at ?? 0) - since));
    }
    await traffic.stop();
    const views = () => clients.flatMap(({ views: mine }) => mine.get(`room:${roomId}`) ?? []);
    expect(views().length === clients.length, 'some clients lost sight of the room');
    const { messages } = await checkRoom(house, roomId, traffic, views);
    stage.checkClients(clients);
    expect(messages === traffic.sent.size, `${traffic.sent.size} messages were sent, and ${messages} are there`);
    return `${plan.storms} cuts of ${clients.length} clients, back after ${Math.round(slowest)} ms at most, ${messages} messages`;
  },
};
