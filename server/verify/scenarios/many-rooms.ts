import { expect } from '../fault.ts';
import type { Scenario } from '../scenario.ts';
import { checkRoom } from '../traffic.ts';

const ROOMS = 300;
const TABS = 20;

/** Somebody who is in very many rooms, on many tabs. */
export const manyRooms: Scenario = {
  name: 'many-rooms',
  house: 'none',
  shows: `a person in ${ROOMS} rooms on ${TABS} tabs, all coming back at once, misses nothing in any of them`,
  deadline: () => 120_000,
  async run(stage) {
    const { random } = stage;
    const house = await stage.ownHouse();
    const { admin } = house;
    const rooms: `room_${string}`[] = [];
    for (let at = 0; at < ROOMS; at += 20) {
      const made = Array.from({ length: 20 }, (_, next) => house.room(`Room ${at + next}`, [admin]));
      rooms.push(...(await Promise.all(made)));
    }
    const tabs = Array.from({ length: TABS - 3 }, () => stage.client(admin, { house }));
    for (const tab of tabs) tab.connect();
    await stage.untilCurrent(tabs);
    const [writer, ...others] = tabs;
    if (!writer) throw new Error('There is no tab');
    const sdkTabs = await stage.sdkClients(3, house, [admin]);
    const sent = new Map<string, Set<string>>(rooms.map((room) => [room, new Set()]));
    const post = async (round: number): Promise<void> => {
      const chosen = random.shuffled(rooms).slice(0, 200);
      await Promise.all(
        chosen.map((roomId, at) => {
          const clientId = `m${round}-${at}`;
          sent.get(roomId)?.add(clientId);
          return writer.post(roomId, clientId, 'hello');
        }),
      );
    };
    await post(0);
    for (const tab of others) tab.cut();
    for (const tab of sdkTabs) tab.hearth.ws.disconnect();
    await post(1);
    for (const tab of sdkTabs) tab.hearth.ws.connect();
    await stage.untilCurrent([...tabs, ...sdkTabs]);
    let messages = 0;
    for (const roomId of rooms) {
      const views = () => [...tabs, ...sdkTabs].flatMap(({ views: mine }) => mine.get(`room:${roomId}`) ?? []);
      const settled = await checkRoom(house, roomId, { sent: sent.get(roomId) ?? new Set(), acked: [] }, views);
      messages += settled.messages;
    }
    stage.checkClients([...tabs, ...sdkTabs]);
    expect(messages === 400, `400 messages were posted, and ${messages} are there`);
    return `${messages} messages in ${ROOMS} rooms, seen on ${TABS} tabs`;
  },
};
