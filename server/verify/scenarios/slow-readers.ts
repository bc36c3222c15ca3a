import { closeCodes } from '@shared/hub/close-codes.ts';
import type { ServerFrame, Welcome } from '@shared/hub/frames.ts';
import type { RoomId } from '@shared/kernel/ids.ts';
import type { Acked, Client } from '../client.ts';
import { expect, Fault, later, until } from '../fault.ts';
import type { House } from '../house.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { checkRoom } from '../traffic.ts';
import { openWire, type WireEnd } from '../wire/wire.ts';

/** As many bytes as a message can have: 10,000 code points of four bytes. */
const LARGE = '🔥'.repeat(10_000);
/** Messages until a reader that stands still must be gone: far beyond what kernels buffer. */
const MOST = 600;
/** Bytes that may wait for one connection: the server's limit, and the frame that went beyond it. */
const BACKLOG = 1024 * 1024 + 128 * 1024;
/** Milliseconds within which the others get their messages meanwhile, 99 of 100. */
const UNDISTURBED = 1000;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** Messages that a reader misses while it is away: more than one page of recovery, and ten times what may wait for it. */
const MISSED = 320;

/** The largest messages, posted until it is enough. */
class Pressure {
  readonly sent = new Set<string>();
  readonly acked: Acked[] = [];
  /** The most bytes that were seen waiting for all readers together. */
  waiting = 0;
  readonly #house: House;
  readonly #roomId: RoomId;
  readonly #posters: readonly Client[];

  constructor(house: House, roomId: RoomId, posters: readonly Client[]) {
    this.#house = house;
    this.#roomId = roomId;
    this.#posters = posters;
  }

  async post(most: number, enough: () => Promise<boolean>): Promise<boolean> {
    for (let count = 0; count < most; count += this.#posters.length) {
      await Promise.all(this.#posters.map((poster) => this.#postOne(poster)));
      await this.look();
      if (await enough()) return true;
    }
    return false;
  }

  /** How much waits right now. */
  async look(): Promise<void> {
    this.waiting = Math.max(this.waiting, (await this.#house.stats()).queues.outboundBytes);
  }

  async #postOne(poster: Client): Promise<void> {
    const clientId = `large-${this.#roomId.slice(-8)}-${this.sent.size}`;
    this.sent.add(clientId);
    const answer = await poster.post(this.#roomId, clientId, LARGE);
    if ('code' in answer) throw new Fault(`a message was refused: ${answer.code}`);
    this.acked.push(answer);
  }
}

/** Notes how long each message took to a reader that is in the same process as its sender. */
class Timings {
  readonly values: number[] = [];
  readonly posted: string[] = [];
  readonly #starts = new Map<string, number>();

  /** The client id of a message that is sent now. */
  next(): string {
    const clientId = `small-${this.posted.length}`;
    this.posted.push(clientId);
    this.#starts.set(clientId, performance.now());
    return clientId;
  }

  seen(clientId: string): void {
    const start = this.#starts.get(clientId);
    if (start !== undefined) this.values.push(performance.now() - start);
  }
}

const isConnected = async (house: House, connectionId: string): Promise<boolean> => {
  const { items } = await house.get(house.admin, 'hub', 'connections', { text: connectionId, limit: 10 });
  return items.length > 0;
};

const enter = async (stage: Stage, name: string) => {
  const { house } = stage;
  const roomId = await house.room(name);
  const times = new Timings();
  const fast = await stage.clients(8, {
    onFrame({ event, payload }) {
      if (event === 'chat_message' && payload.clientId !== undefined) times.seen(payload.clientId);
    },
  });
  return { house, roomId, times, fast };
};

/** Small messages beside the large ones, timed, while something else is done. Answers with the slowest but one of 100. */
async function chatWhile(
  client: Client,
  roomId: RoomId,
  times: Timings,
  work: () => Promise<unknown>,
): Promise<number> {
  const done = new AbortController();
  const from = times.values.length;
  const chat = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const clientId = times.next();
      await client.post(roomId, clientId, 'small');
      await Bun.sleep(20);
    }
  };
  const chatting = later(chat());
  try {
    await work();
  } finally {
    done.abort();
    await chatting;
  }
  return percentile(times.values.slice(from), 0.99);
}

/** Somebody reads too slowly. */
export const slowReader: Scenario = {
  name: 'slow-reader',
  shows: 'a slow reader is cut off at the byte limit, recovers everything, and the others notice nothing',
  deadline: () => 180_000,
  async run(stage) {
    const { house, roomId, times, fast } = await enter(stage, 'Slow reader');
    const [slow, talker, ...posters] = fast;
    if (!slow || !talker) throw new Error('There are too few clients');
    const pressure = new Pressure(house, roomId, posters);
    const usual = await chatWhile(talker, roomId, times, () => pressure.post(60, () => Promise.resolve(false)));
    slow.wire?.pause();
    const id = slow.welcome?.connectionId ?? '';
    let isCut = false;
    const p99 = await chatWhile(talker, roomId, times, async () => {
      isCut = await pressure.post(MOST, async () => !(await isConnected(house, id)));
    });
    expect(isCut, `after ${MOST} large messages the slow reader is still connected`);
    expect(pressure.waiting <= BACKLOG, `${pressure.waiting} bytes waited for one reader`);
    const undisturbed = UNDISTURBED + 5 * usual;
    expect(p99 <= undisturbed, `the others waited ${Math.round(p99)} ms, and usually ${Math.round(usual)} ms`);

    await pressure.post(MISSED, () => Promise.resolve(false));
    slow.wire?.resume();
    await until(() => slow.closes.length > 0, 'the slow reader to hear that it was cut off');
    const { code } = slow.closes[0] ?? { code: 0 };
    expect(code === 1006 || code === closeCodes.tooSlow, `the slow reader was closed with ${code}`);
    await stage.untilCurrent(fast);
    expect(slow.closes.length === 1, `coming back it was cut off ${slow.closes.length - 1} more times`);
    const sent = new Set([...pressure.sent, ...times.posted]);
    const views = () => fast.flatMap(({ views: mine }) => mine.get(`room:${roomId}`) ?? []);
    await checkRoom(house, roomId, { sent, acked: pressure.acked }, views);
    stage.checkClients(fast);
    const cut = fast.slice(1).find(({ closes }) => closes.length > 0);
    expect(cut === undefined, `a fast reader was closed with ${cut?.closes[0]?.code}`);
    const megabytes = (pressure.sent.size * Buffer.byteLength(LARGE)) / 1e6;
    return `${megabytes.toFixed(0)} MB, at most ${Math.round(pressure.waiting / 1024)} KiB waiting, others' p99 ${p99.toFixed(0)} ms (before ${usual.toFixed(0)} ms)`;
  },
};

/** Somebody never reads, but asks for ever more. */
export const deafReader: Scenario = {
  name: 'deaf-reader',
  shows: 'who never reads and asks for more and more is cut off, and costs no memory',
  deadline: () => 120_000,
  async run(stage) {
    const { house, roomId, fast } = await enter(stage, 'Deaf reader');
    const pressure = new Pressure(house, roomId, fast);
    await pressure.post(100, () => Promise.resolve(false));
    pressure.waiting = 0;
    const [welcomed, ended] = [Promise.withResolvers<Welcome>(), Promise.withResolvers<WireEnd>()];
    const wire = await openWire({
      port: house.server.port,
      headers: { authorization: `Bearer ${await house.tokenOf(house.admin)}` },
      text: (text) =>
        text.startsWith('{"event":"welcome"') &&
        welcomed.resolve((JSON.parse(text) as ServerFrame<'welcome', Welcome>).payload),
      closed: ended.resolve,
    });
    const { connectionId, epoch } = await welcomed.promise;
    wire.pause();
    const ask = JSON.stringify({
      event: 'subscribe',
      channel: `room:${roomId}`,
      payload: { since: { epoch, offset: 0 } },
    });
    let asked = 0;
    for (; asked < 1000 && (await isConnected(house, connectionId)); asked += 10) {
      for (let at = 0; at < 10; at++) wire.send(ask);
      await pressure.look();
    }
    expect(
      !(await isConnected(house, connectionId)),
      `after ${asked} recoveries that nobody read it is still connected`,
    );
    expect(pressure.waiting <= BACKLOG, `${pressure.waiting} bytes waited for one reader`);
    const cut = fast.find(({ closes }) => closes.length > 0);
    expect(cut === undefined, `another reader was closed with ${cut?.closes[0]?.code}`);
    wire.resume();
    await ended.promise;
    stage.checkClients(fast);
    return `cut off after ${asked} recoveries at most, ${Math.round(pressure.waiting / 1024)} KiB waiting`;
  },
};
