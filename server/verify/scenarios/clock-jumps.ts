import { closeCodes } from '@shared/hub/close-codes.ts';
import { limits } from '@shared/hub/limits.ts';
import { expect, until } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom, Traffic } from '../traffic.ts';

const HOUR = 60 * 60 * 1000;

/** Somebody sets the server's clock. */
export const clockJumps: Scenario = {
  name: 'clock-jumps',
  beside: true,
  house: 'none',
  shows: 'when the clock jumps nothing is lost, doubled or put out of order, and silence is still noticed',
  deadline: () => 90_000,
  async run(stage) {
    const { random } = stage;
    const house = await stage.ownHouse({ levered: true });
    const roomId = await house.room('Clock');
    const channel = `room:${roomId}`;
    const clients = await stage.clients(20, { house });
    const traffic = new Traffic({ random, roomId, pause: 100 }).start(clients.slice(0, 8));
    const jumps = [HOUR, -2 * HOUR, random.between(-HOUR, HOUR), 100 * 24 * HOUR, -100 * 24 * HOUR];
    for (const by of jumps) {
      await Bun.sleep(300);
      await house.setClock(by);
      // Forward, their tokens are suddenly old: they are told so, and come back with new ones.
      await Bun.sleep(1500);
      await stage.untilCurrent(clients);
    }
    await traffic.stop();
    const views = () => clients.flatMap(({ views: mine }) => mine.get(channel) ?? []);
    const { messages } = await checkRoom(house, roomId, traffic, views);
    stage.checkClients(clients);
    expect(messages === traffic.sent.size, `${traffic.sent.size} messages were sent, and ${messages} are there`);
    const codes = new Set(clients.flatMap(({ closes }) => closes.map(({ code }) => code)));
    codes.delete(closeCodes.tokenExpired);
    codes.delete(closeCodes.noPong);
    expect(codes.size === 0, `connections were closed with ${[...codes].join(', ')}`);

    // Set back: what was heard last seems to lie in the future.
    const [mute] = await stage.clients(1, { house, mute: true });
    await house.setClock(-HOUR);
    await Bun.sleep(1500);
    await house.setClock(limits.pingInterval + 1500);
    await Bun.sleep(1500);
    await house.setClock(limits.pongTimeout);
    await until(
      () => mute !== undefined && mute.closes.length > 0,
      'a mute peer to be noticed after the clock was set back',
      5000,
    );
    return `${jumps.length} jumps, ${messages} messages`;
  },
};
