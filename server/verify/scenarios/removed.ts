import { limits } from '@shared/hub/limits.ts';
import type { Client } from '../client.ts';
import { expect, Fault, later, until } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import type { Frame } from '../view.ts';
import { openWire } from '../wire/wire.ts';

/** Two pages and a half, so that a recovery has a middle. */
const HISTORY = Math.floor(limits.recoveryPage * 2.5);

const postMany = async (clients: readonly Client[], roomId: `room_${string}`, prefix: string, count: number) => {
  const all = Array.from({ length: count }, (_, at) => {
    const client = clients[at % clients.length];
    if (!client) throw new Error('There is nobody to post');
    return client.post(roomId, `${prefix}-${at}`, `text ${at}`);
  });
  const refused = (await Promise.all(all)).find((answer) => 'code' in answer);
  expect(refused === undefined, () => `a message was refused: ${JSON.stringify(refused)}`);
};

/** Somebody is taken out of a room while they recover what they missed there. */
export const removedMember: Scenario = {
  name: 'removed-member',
  shows: 'who is removed from a room gets no further frame of it, also in the middle of a recovery',
  deadline: (plan) => 60_000 + plan.races * 5000,
  async run(stage) {
    const { house, random, plan } = stage;
    const [owner = house.admin, person = owner, ...others] = house.people;
    const roomId = await house.room('Removed', [owner, ...others]);
    const channel = `room:${roomId}`;
    const posters = [owner, ...others.slice(0, 3)].map((each) => stage.client(each));
    for (const poster of posters) poster.connect();
    await stage.untilCurrent(posters);
    await postMany(posters, roomId, 'removed', HISTORY);
    const epoch = posters[0]?.welcome?.epoch ?? '';
    let pages = 0;

    for (let round = 0; round < plan.races; round++) {
      await house.get(owner, 'chat', 'addMember', { roomId, userId: person.id });
      const frames: Frame[] = [];
      const wire = await openWire({
        port: house.server.port,
        headers: { authorization: `Bearer ${await house.tokenOf(person)}` },
        text: (text) => void frames.push(JSON.parse(text) as Frame),
        closed() {},
      });
      stage.atEnd(() => wire.leave());
      await until(() => frames.length > 0, 'welcome');
      const subscribe = (offset: number, id: number): void =>
        wire.send(JSON.stringify({ event: 'subscribe', channel, payload: { since: { epoch, offset } }, id }));
      const answerTo = (id: number) => until(() => frames.find((frame) => frame.id === id), `an answer to ${id}`);

      subscribe(0, 1);
      const first = await answerTo(1);
      expect(first.payload.more === true, 'the first page of a long recovery does not say that there is more');
      // The next page and the removal meet at a moment of their own each time.
      const removal = later(
        Bun.sleep(random.below(8)).then(() => house.get(owner, 'chat', 'removeMember', { roomId, userId: person.id })),
      );
      if (random.chance(0.5)) subscribe(first.payload.offset ?? 0, 2);
      await removal;
      const posting = later(postMany(posters, roomId, `after-${round}`, 8));
      subscribe(first.payload.offset ?? 0, 3);
      subscribe(0, 4);
      const [third, fourth] = [await answerTo(3), await answerTo(4)];
      await posting;
      wire.send(JSON.stringify({ event: 'ping', channel: 'system', payload: {}, id: 5 }));
      await answerTo(5);

      for (const answer of [third, fourth])
        expect(answer.payload.code === 'hub.channel_not_found', `a subscription after the removal got ${answer.event}`);
      const told = frames.findIndex(({ event, payload }) => event === 'room_removed' && payload.roomId === roomId);
      expect(told >= 0, 'who was removed was not told');
      const late = frames.slice(told).find((frame) => frame.channel === channel && frame.offset !== undefined);
      if (late) throw new Fault(`after the removal ${late.event} ${late.offset} of the room arrived`);
      const leaked = frames.find(({ payload }) => String(payload.clientId).startsWith(`after-${round}-`));
      if (leaked) throw new Fault(`a message posted after the removal arrived`);
      pages += frames.filter(({ event, payload }) => event === 'ack' && payload.more !== undefined).length;
      wire.leave();
    }
    stage.checkClients(posters);
    return `${plan.races} removals in mid-recovery, ${pages} pages before them`;
  },
};
