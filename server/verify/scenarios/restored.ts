import { join } from 'node:path';
import { expect } from '../fault.ts';
import type { House } from '../house.ts';
import { bareEnvironment, ownCommand } from '../../platform/own-command.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom, Traffic } from '../traffic.ts';

const PASSPHRASE = 'a long enough passphrase';

/** Runs a command of Hearth on the folder of a house. */
async function runOn(house: House, ...args: string[]): Promise<void> {
  const secret = join(house.folder, 'passphrase');
  await Bun.write(secret, PASSPHRASE);
  const child = Bun.spawn([...ownCommand, ...args, '--data', house.data, '--passphrase-file', secret], {
    cwd: house.folder,
    env: bareEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [code, text] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  expect(code === 0, `hearth ${args[0]} ended with ${code}: ${text.trim()}`);
}

/** The database becomes what it was an hour ago. */
export const restored: Scenario = {
  name: 'restored',
  beside: true,
  house: 'none',
  shows:
    'after a restore nobody takes old offsets for new ones: every client starts afresh and agrees with the database',
  deadline: () => 90_000,
  async run(stage) {
    const { random } = stage;
    const house = await stage.ownHouse();
    const roomId = await house.room('Restored');
    const channel = `room:${roomId}`;
    const clients = await stage.clients(12, { house });
    const sdkClients = await stage.sdkClients(3, house);
    const all = [...clients, ...sdkClients];
    const { epoch } = (await house.stats()).journal;
    const talk = async (name: string): Promise<Traffic> => {
      const traffic = new Traffic({ random: random.fork(name), roomId, pause: 60 }).start(clients.slice(0, 6));
      await Bun.sleep(random.between(200, 500));
      await traffic.stop();
      return traffic;
    };
    const before = await talk('before');
    const file = join(house.folder, 'backup.hearth');
    await runOn(house, 'backup', file, '--with-keys');
    const lost = await talk('lost');
    await house.stop();
    await runOn(house, 'restore', file);
    await house.start();
    await stage.untilCurrent(all);
    // As many new messages as were lost, so that the same offsets come again with other events.
    const after = await talk('after');

    const again = (await house.stats()).journal.epoch;
    expect(again !== epoch, 'the epoch is the same as before the restore');
    const unaware = all.filter((client) => !client.lost.includes(channel)).length;
    expect(unaware === 0, `${unaware} of ${all.length} clients were not told that their place is lost`);
    const sent = new Set([...before.sent, ...after.sent]);
    const views = () => clients.flatMap(({ views: mine }) => mine.get(channel) ?? []);
    const { messages } = await checkRoom(house, roomId, { sent, acked: [...before.acked, ...after.acked] }, views);
    stage.checkClients(all, { mayLose: true });
    return `${messages} messages there, ${lost.acked.length} gone with the restore, ${all.length} clients started afresh`;
  },
};
