import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { Broker } from '../../server/hub/broker.ts';
import { until } from '../support/until.ts';

/** Somebody who receives one channel. */
export interface Receiver {
  /** Frames as they came. */
  readonly received: string[];
  leave(): Promise<void>;
}

/** A broker with those who receive from it. Another implementation passes the same suite. */
export interface BrokerHouse {
  readonly broker: Broker;
  join(channel: string): Promise<Receiver>;
  close(): Promise<void>;
}

const about = { event: 'sent' };
const END = 'the end';

/** What every broker owes to the hub. */
export function brokerSuite(name: string, open: () => Promise<BrokerHouse>): void {
  describe(`a broker of ${name}`, () => {
    let house: BrokerHouse;
    beforeEach(async () => {
      house = await open();
    });
    afterEach(() => house.close());

    const send = (channel: string, ...frames: string[]): void => {
      for (const frame of frames) house.broker.publish(channel, frame, about);
    };
    /** What came before a last frame, which shows that nothing else is on its way. */
    const allOf = async (channel: string, receiver: Receiver): Promise<string[]> => {
      send(channel, END);
      await until(() => receiver.received.at(-1) === END, 'the last frame');
      return receiver.received.slice(0, -1);
    };

    test('brings each frame to each receiver of its channel, once and in order', async () => {
      const receivers = [await house.join('room:a'), await house.join('room:a'), await house.join('room:a')];
      const frames = Array.from({ length: 500 }, (_, n) => `frame ${n}`);
      send('room:a', ...frames);
      for (const receiver of receivers)
        expect(await until(() => receiver.received.length === 500 && receiver.received)).toEqual(frames);
    });

    test('brings nothing to anybody else, however alike the names are', async () => {
      const names = ['room:a', 'room:ab', 'room:A', 'room', 'room:a:b', 'room:*', '#'];
      const receivers = [];
      for (const name of names) receivers.push([name, await house.join(name)] as const);
      for (const name of names) send(name, `for ${name}`);
      for (const [name, receiver] of receivers) expect(await allOf(name, receiver)).toEqual([`for ${name}`]);
    });

    test('leaves each frame as it is', async () => {
      const receiver = await house.join('room:a');
      const frames = ['', '{}', 'ä😀\u2028', '\ud83d\ude00'.repeat(10), 'x'.repeat(64 * 1024), '\0', '"\\\n'];
      send('room:a', ...frames);
      expect(await allOf('room:a', receiver)).toEqual(frames);
    });

    test('brings nothing that was sent before somebody came or after they went', async () => {
      const stays = await house.join('room:a');
      send('room:a', 'before');
      await until(() => stays.received.length === 1, 'the first frame');
      const comes = await house.join('room:a');
      send('room:a', 'between');
      await until(() => comes.received.length === 1, 'the second frame');
      await comes.leave();
      send('room:a', 'after');
      expect(await allOf('room:a', stays)).toEqual(['before', 'between', 'after']);
      expect(comes.received).toEqual(['between']);
    });

    test('brings frames of many channels at once, each in its order', async () => {
      const channels = Array.from({ length: 20 }, (_, n) => `room:${n}`);
      const receivers = new Map<string, Receiver>();
      for (const channel of channels) receivers.set(channel, await house.join(channel));
      for (let n = 0; n < 50; n++) for (const channel of channels) send(channel, `${channel} ${n}`);
      for (const [channel, receiver] of receivers)
        expect(await allOf(channel, receiver)).toEqual(Array.from({ length: 50 }, (_, n) => `${channel} ${n}`));
    });

    test('takes frames that nobody receives', async () => {
      send('room:nobody', 'a', 'b');
      const receiver = await house.join('room:nobody');
      expect(await allOf('room:nobody', receiver)).toEqual([]);
    });
  });
}
