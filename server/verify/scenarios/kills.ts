import { expect } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom, Traffic } from '../traffic.ts';

/** The server is killed again and again under load. */
export const kills: Scenario = {
  name: 'kills',
  shows: 'what was acknowledged survives SIGKILL, once, and everybody sees it',
  deadline: (plan) => 60_000 + plan.kills * 6000,
  async run(stage) {
    const { house, random, plan } = stage;
    const roomId = await house.room('Kills');
    const clients = await stage.clients(plan.clients);
    const sdkClients = await stage.sdkClients(plan.sdkClients);
    const feeds = await stage.feedClients(plan.feedClients, roomId);
    const all = [...clients, ...sdkClients, ...feeds];
    const { epoch } = (await house.stats()).journal;
    const byHand = new Traffic({ random: random.fork('by hand'), roomId, pause: 400 }).start(
      clients.filter((_, at) => at % 6 === 0),
    );
    const bySdk = new Traffic({ random: random.fork('by the SDK'), roomId, pause: 800 }).start(sdkClients.slice(0, 5));
    for (let kill = 0; kill < plan.kills; kill++) {
      await Bun.sleep(random.between(100, 600));
      await house.kill();
      // Sometimes the next one hits while everybody is still coming back.
      if (random.chance(0.7)) await stage.untilCurrent(clients);
    }
    for (const { hearth } of sdkClients) hearth.ws.retry();
    await Promise.all([byHand.stop(), bySdk.stop()]);
    await stage.untilCurrent(all);
    const views = () => all.flatMap(({ views: mine }) => mine.get(`room:${roomId}`) ?? []);
    expect(views().length === all.length, 'some clients lost sight of the room');
    const sent = new Set([...byHand.sent, ...bySdk.sent]);
    const { messages } = await checkRoom(house, roomId, { sent, acked: byHand.acked }, views);
    stage.checkClients(all);
    const after = await house.stats();
    expect(after.journal.epoch === epoch, 'the epoch changed, though no offset ran backwards');
    expect(messages === sent.size, `${sent.size} messages were acknowledged, and ${messages} are there`);
    return `${plan.kills} kills under ${all.length} clients, ${messages} messages acknowledged`;
  },
};
