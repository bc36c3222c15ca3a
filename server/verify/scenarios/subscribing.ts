import { limits } from '@shared/hub/limits.ts';
import type { Doorway } from '../client.ts';
import { expect, Fault, few, later } from '../fault.ts';
import type { Person } from '../house.ts';
import type { Scenario } from '../scenario.ts';
import type { Frame, Payload } from '../view.ts';
import { openWire, type Wire } from '../wire/wire.ts';

/** A socket without a mind of its own. */
const plainWire = async (house: Doorway, person: Person, onFrame: (frame: Frame) => void = () => {}): Promise<Wire> =>
  openWire({
    port: house.server.port,
    headers: { authorization: `Bearer ${await house.tokenOf(person)}` },
    text: (text) => onFrame(JSON.parse(text) as Frame),
    closed() {},
  });

/** Connections that break in the middle of what they asked for. */
export const hangUps: Scenario = {
  name: 'hang-ups',
  house: 'levered',
  shows: 'connections that break while they subscribe leave nothing behind',
  deadline: (plan) => 30_000 + plan.races * 2000,
  async run(stage) {
    const { house, plan, random } = stage;
    const count = plan.races * 20;
    for (let round = 0; round < count; round++) {
      const wire = await plainWire(house, random.pick(house.people));
      const channels = random.between(1, 40);
      for (let at = 0; at < channels; at++)
        wire.send(
          JSON.stringify({
            event: 'subscribe',
            channel: `${random.chance(0.5) ? 'verify' : 'verify_signal'}:${random.below(60)}`,
            payload: {},
            id: at,
          }),
        );
      if (random.chance(0.5)) await Bun.sleep(random.below(3));
      if (random.chance(0.2)) wire.leave();
      else wire.cut();
    }
    await house.untilEmpty();
    return `${count} connections broken off`;
  },
};

/** Watches one channel through subscriptions from earlier places: each frame has to be the one that is due. */
class Follower {
  readonly channel: string;
  readonly faults: string[] = [];
  seen = 0;
  epoch: string | undefined;
  /** Undefined until the first subscription is answered. */
  #due: number | undefined;
  /** Where the replay begins that was asked for. */
  #replayFrom: number | undefined;

  constructor(channel: string) {
    this.channel = channel;
  }

  /** A place that was passed already. */
  placeBefore(steps: number): { epoch: string; offset: number } | undefined {
    if (this.epoch === undefined || this.#due === undefined) return undefined;
    const offset = Math.max(0, this.#due - 1 - steps);
    this.#replayFrom = offset + 1;
    return { epoch: this.epoch, offset };
  }

  hear(frame: Frame): void {
    if (frame.channel !== this.channel) return;
    if (frame.event === 'ack') this.#answered(frame.payload);
    else if (frame.event === 'error') this.faults.push(`a subscription was refused: ${frame.payload.code}`);
    else this.#event(frame.offset ?? 0);
  }

  #event(offset: number): void {
    this.seen++;
    if (offset !== this.#due) {
      // What was on its way when the question was sent still comes; then the past begins again.
      if (offset !== this.#replayFrom) this.faults.push(`${offset} came where ${this.#due ?? 'nothing'} was due`);
      this.#replayFrom = undefined;
    }
    this.#due = offset + 1;
  }

  #answered({ recovered, offset = 0, epoch }: Payload): void {
    this.epoch = epoch;
    if (this.#due !== undefined) {
      if (!recovered) this.faults.push(`a place before ${offset} was not recovered`);
      if (this.#due !== offset + 1) this.faults.push(`up to ${offset} was promised, ${this.#due - 1} came last`);
    }
    this.#replayFrom = undefined;
    this.#due = offset + 1;
  }
}

/** Clients that subscribe again and again from earlier places while others publish. */
export const joining: Scenario = {
  name: 'joining',
  house: 'levered',
  shows: 'who subscribes while others publish gets each event once and in order',
  deadline: (plan) => 30_000 + plan.races * 3000,
  async run(stage) {
    const { house, plan, random } = stage;
    const channel = `verify:joining_${random.below(1e6)}`;
    const done = new AbortController();
    const publish = async (): Promise<void> => {
      while (!done.signal.aborted)
        await house.get(house.admin, 'hub', 'publish', { channel, event: 'tick', payload: {} });
    };
    const publishing = later(Promise.all([publish(), publish(), publish()]));
    const followers = Array.from({ length: plan.races * 4 }, () => new Follower(channel));
    const follow = async (follower: Follower, at: number): Promise<void> => {
      const choose = random.fork(`follower ${at}`);
      const client = stage.client(choose.pick(house.people), { house, onFrame: (frame) => follower.hear(frame) });
      client.connect();
      await stage.untilCurrent([client]);
      for (let turn = 0; turn < 8; turn++) {
        await Bun.sleep(choose.below(30));
        const since = follower.placeBefore(choose.below(20));
        await client.ask('subscribe', channel, since ? { since } : {});
      }
      await Bun.sleep(choose.below(50));
      await client.leave();
      stage.checkClients([client]);
    };
    try {
      await Promise.all(followers.map(follow));
    } finally {
      done.abort();
      await publishing;
    }
    const faults = followers.flatMap((follower) => follower.faults);
    if (faults.length > 0) throw new Fault(few(faults));
    return `${followers.length} readers, ${followers.reduce((sum, { seen }) => sum + seen, 0)} events seen`;
  },
};

/** One channel more than a connection may have. */
export const channels: Scenario = {
  name: 'channels',
  house: 'levered',
  shows: `channel ${limits.channels + 1} of a connection is refused, and one given up makes room`,
  deadline: () => 30_000,
  async run(stage) {
    const { house } = stage;
    const client = stage.client(house.admin, { house });
    client.connect();
    await stage.untilCurrent([client]);
    const subscribe = async (at: number): Promise<string> => {
      const answer = await client.ask('subscribe', `verify_signal:${at}`);
      return answer?.event === 'ack' ? 'ack' : String(answer?.payload.code);
    };
    const answers = await Promise.all(Array.from({ length: limits.channels }, (_, at) => subscribe(at)));
    expect(
      answers.every((answer) => answer === 'ack'),
      `one of ${limits.channels} channels was refused`,
    );
    const refused = await subscribe(limits.channels);
    expect(refused === 'hub.too_many_channels', `one more was answered with ${refused}`);
    expect((await subscribe(3)) === 'ack', 'a channel that it has was refused');
    await client.ask('unsubscribe', 'verify_signal:7');
    expect((await subscribe(limits.channels)) === 'ack', 'the room that was made did not help');
    stage.checkClients([client]);
    return `${limits.channels} + 1 channels`;
  },
};
