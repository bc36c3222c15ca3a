import { expect, until } from '../fault.ts';
import type { House } from '../house.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { descriptorsOf, residentOf } from '../server-process.ts';

const CLIENTS = 60;
/** Rounds before the first measurement: code is compiled and caches fill. */
const WARM_UP = 6;
/** Memory that comes and goes with garbage collection, and what a longer run may add to it. */
const SLACK = 48 * 1024 * 1024;
const GROWTH = 0.1;

interface Footprint {
  descriptors: number | undefined;
  resident: number | undefined;
  heap: number;
}

/** One day in the life of a server: people come, talk, lose their connection, and go. */
async function live(stage: Stage, roomId: `room_${string}`, round: number): Promise<void> {
  const { house, random } = stage;
  const clients = await stage.clients(CLIENTS);
  const posts = clients.map((client, at) => client.post(roomId, `soak-${round}-${at}`, 'x'.repeat(random.below(2000))));
  await Promise.all(posts);
  for (const client of clients) if (random.chance(0.3)) client.cut();
  await stage.untilCurrent(clients);
  await Promise.all(clients.slice(0, 20).map(() => house.get(house.admin, 'chat', 'history', { roomId, limit: 100 })));
  stage.checkClients(clients);
  await stage.dismiss(clients);
}

const measure = async (house: House): Promise<Footprint> => {
  await house.untilEmpty();
  const { pid } = house.server;
  return { descriptors: descriptorsOf(pid), resident: residentOf(pid), heap: (await house.stats()).memory.heap };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** The same day again and again. */
export const soak: Scenario = {
  name: 'soak',
  shows: 'day after day memory stays where it is, and no connection, channel, timer or file is left open',
  deadline: (plan) => plan.soak * 1000 + 120_000,
  async run(stage) {
    const { house, plan } = stage;
    const roomId = await house.room('Soak');
    const mine = descriptorsOf('self');
    let round = 0;
    for (; round < WARM_UP; round++) await live(stage, roomId, round);
    const first = await measure(house);
    const samples: number[] = [];
    const end = performance.now() + plan.soak * 1000;
    while (performance.now() < end) {
      await live(stage, roomId, round++);
      samples.push((await measure(house)).resident ?? 0);
    }
    const last = await measure(house);
    const { descriptors } = first;
    if (descriptors !== undefined)
      await until(
        () => (descriptorsOf(house.server.pid) ?? 0) <= descriptors,
        () => `all files to be closed: ${descriptorsOf(house.server.pid)} are open, ${descriptors} were`,
        10_000,
      );
    if (mine !== undefined)
      await until(() => (descriptorsOf('self') ?? 0) <= mine + 2, 'our own connections to be closed', 10_000);
    const quarter = Math.max(1, samples.length >> 2);
    const before = median(samples.slice(0, quarter)) || (first.resident ?? 0);
    const after = median(samples.slice(-quarter)) || (last.resident ?? 0);
    const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
    const figures = `${round} rounds of ${CLIENTS} clients, ${mib(before)} MiB before and ${mib(after)} MiB after`;
    expect(after <= before * (1 + GROWTH) + SLACK, `memory grew: ${figures}`);
    return `${figures}, ${last.descriptors ?? 'unknown'} files open`;
  },
};
