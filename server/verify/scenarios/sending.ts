import type { RoomId } from '@shared/kernel/ids.ts';
import type { Client } from '../client.ts';
import { expect } from '../fault.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { checkRoom } from '../traffic.ts';
import type { Frame } from '../view.ts';

const MESSAGES = 40;

/** Sends frames without waiting; resolves with all answers. */
const sendAll = async (client: Client, roomId: RoomId, order: readonly string[]): Promise<Frame[]> => {
  const answers = order.map((clientId) =>
    client.ask('chat_message', `room:${roomId}`, { clientId, text: `text of ${clientId}` }),
  );
  return (await Promise.all(answers)).filter((answer) => answer !== undefined);
};

/** The offset that all acks of a client id name; a Fault where they differ. */
const offsetsOf = (order: readonly string[], answers: readonly Frame[]): Map<string, number> => {
  const offsets = new Map<string, number>();
  answers.forEach((answer, at) => {
    const clientId = order[at] ?? '';
    expect(answer.event === 'ack', `${clientId} was refused: ${answer.payload.code}`);
    const known = offsets.get(clientId) ?? answer.offset;
    expect(known === answer.offset, `${clientId} was acknowledged at ${known} and at ${answer.offset}`);
    offsets.set(clientId, answer.offset ?? -1);
  });
  return offsets;
};

const race = async (stage: Stage, roomId: RoomId, round: number, sent: Set<string>, acked: Map<string, number>) => {
  const { random, house } = stage;
  const ids = Array.from({ length: MESSAGES }, (_, at) => `r${round}-${at}`);
  const order = random.shuffled(ids.flatMap((clientId) => Array<string>(random.between(1, 3)).fill(clientId)));
  const [first, second] = [stage.client(house.admin), stage.client(house.admin)];
  first.connect();
  second.connect();
  await stage.untilCurrent([first, second]);
  // Half of the time both devices of one person send the same at once.
  const both = random.chance(0.5);
  const other = random.shuffled(order);
  const answers = await Promise.all([sendAll(first, roomId, order), both ? sendAll(second, roomId, other) : []]);
  const offsets = offsetsOf([...order, ...(both ? other : [])], answers.flat());
  for (const clientId of ids) sent.add(clientId);
  for (const [clientId, offset] of offsets) acked.set(clientId, offset);
  if (both) return;
  const due = [...new Set(order)];
  const stored = due.toSorted((a, b) => (offsets.get(a) ?? 0) - (offsets.get(b) ?? 0));
  expect(stored.join() === due.join(), `messages were stored in another order than they were sent`);
};

/** Clients that send again what was sent, in any order. */
export const repeats: Scenario = {
  name: 'repeats',
  shows: 'what is sent twice, out of order or from two devices at once is there once, and answered alike',
  deadline: (plan) => 20_000 + plan.races * 5000,
  async run(stage) {
    const { house, plan } = stage;
    const roomId = await house.room('Repeats');
    const [watcher] = await stage.clients(1);
    const sent = new Set<string>();
    const acked = new Map<string, number>();
    for (let round = 0; round < plan.races; round++) await race(stage, roomId, round, sent, acked);
    const { messages } = await checkRoom(
      house,
      roomId,
      { sent, acked: [...acked].map(([clientId, offset]) => ({ clientId, roomId, offset })) },
      () => (watcher ? [...watcher.views.values()].filter(({ channel }) => channel === `room:${roomId}`) : []),
    );
    expect(messages === sent.size, `${sent.size} messages were sent, and ${messages} are there`);
    if (watcher) stage.checkClients([watcher]);
    return `${plan.races} races, ${messages} messages`;
  },
};

const RIVALS = 16;

/** Calls with the same idempotency key at the same time. */
export const keys: Scenario = {
  name: 'keys',
  shows: 'racing calls with one idempotency key have one effect and one answer, also after a SIGKILL',
  deadline: (plan) => 20_000 + plan.races * 3000,
  async run(stage) {
    const { house, plan, random } = stage;
    const clients = [stage.client(house.admin), stage.client(house.admin)];
    for (const client of clients) client.connect();
    await stage.untilCurrent(clients);
    const call = async (name: string, key: string, rival: number): Promise<string> => {
      const input = { name, kind: 'private' as const };
      if (rival % 2 === 0) {
        const answer = await house.call(house.admin, 'chat', 'createRoom', input, { 'idempotency-key': key });
        return answer.ok ? answer.data.id : answer.error.code;
      }
      const payload = { module: 'chat', function: 'createRoom', input, key };
      const answer = await random.pick(clients).ask('call', 'system', payload);
      return String(answer?.payload.id ?? answer?.payload.code);
    };
    const namesOf = async (prefix: string): Promise<number> =>
      (await house.get(house.admin, 'chat', 'listRooms', {})).filter(({ name }) => name.startsWith(prefix)).length;

    let conflicts = 0;
    for (let round = 0; round < plan.races; round++) {
      const key = `key-${round}`;
      const disputed = random.chance(0.5);
      const rivals = Array.from({ length: RIVALS }, (_, at) => at);
      const name = (at: number): string => `Key ${round}.${disputed ? at % 3 : 0}`;
      const answers = await Promise.all(rivals.map((at) => call(name(at), key, at)));
      const winners = new Set(answers.filter((answer) => answer.startsWith('room_')));
      const losers = answers.filter((answer) => !answer.startsWith('room_'));
      expect(winners.size === 1, `one key made ${winners.size} rooms: ${[...new Set(answers)].join(', ')}`);
      expect((await namesOf(`Key ${round}.`)) === 1, 'one key had its effect more than once');
      expect(disputed || losers.length === 0, `an equal call was refused: ${losers[0]}`);
      const wrong = losers.find((code) => code !== 'request.idempotency_conflict');
      expect(wrong === undefined, `another input with the same key was answered with ${wrong}`);
      conflicts += losers.length;
      if (round > 0) continue;
      await house.kill();
      await stage.untilCurrent(clients);
      const winner = answers.findIndex((answer) => answer.startsWith('room_'));
      expect(winners.has(await call(name(winner), key, 0)), 'a key was forgotten over a SIGKILL');
    }
    stage.checkClients(clients);
    return `${plan.races} races of ${RIVALS}, ${conflicts} conflicts refused`;
  },
};
