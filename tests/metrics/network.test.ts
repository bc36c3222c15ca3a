import { describe, expect, test } from 'bun:test';
import { networkRates, parseNetwork, readNetwork, type Traffic } from '../../server/metrics/network.ts';
import { tree } from './tree.ts';

const head = 'Inter-|   Receive                            |  Transmit\n face |bytes    packets errs\n';
const line = (name: string, receive: number, send: number) =>
  `${name}:${receive} 1 0 0 0 0 0 0 ${send} 1 0 0 0 0 0 0\n`;
const traffic = (values: Record<string, [number, number]>): Traffic =>
  new Map(Object.entries(values).map(([name, [receive, send]]) => [name, { receive, send }]));

describe('network', () => {
  test('loopback and lines that are none are left out', () => {
    const text = `${head}    lo: 5 0 0 0 0 0 0 0 5 0 0 0 0 0 0 0\n  eth0: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\nwlan0: 3\nbroken\n`;
    expect(parseNetwork(text)).toEqual(traffic({ eth0: [1, 2] }));
  });

  test('a counter that stands right behind the colon is read', () => {
    expect(parseNetwork(head + line('enp3s0', 12_345_678_901, 9))).toEqual(traffic({ enp3s0: [12_345_678_901, 9] }));
  });

  test('bytes that pass a bridge and a container’s cable are not counted beside those of the card', async () => {
    await using root = await tree({
      'proc/net/dev': head + line('eth0', 1, 1) + line('br0', 1, 1) + line('veth12', 1, 1) + line('lo', 1, 1),
      'sys/class/net/eth0/device/vendor': '0x8086',
      'sys/class/net/br0/bridge/bridge_id': '8000',
      'sys/class/net/veth12/ifindex': '7',
    });
    expect([...(await readNetwork(`${root.path}/proc`, `${root.path}/sys`))!.keys()]).toEqual(['eth0']);
  });

  test('in a container without cards all interfaces count that rest on no other', async () => {
    await using root = await tree({
      'proc/net/dev': head + line('eth0', 1, 1) + line('eth0.5', 1, 1),
      'sys/class/net/eth0.5/lower_eth0/ifindex': '2',
    });
    expect([...(await readNetwork(`${root.path}/proc`, `${root.path}/sys`))!.keys()]).toEqual(['eth0']);
  });

  test('without a readable list the traffic is null', async () => {
    await using root = await tree();
    expect(await readNetwork(root.path, root.path)).toBeNull();
  });

  test('rates are bytes per second between two readings', () => {
    const rates = networkRates(traffic({ eth0: [1000, 500] }), traffic({ eth0: [5000, 1500] }), 2);
    expect(rates).toEqual([{ name: 'eth0', receive: 2000, send: 500 }]);
  });

  test('an interface that was made anew in between is left out and never has a negative rate', () => {
    const before = traffic({ eth0: [1000, 500], wg0: [99, 99] });
    expect(networkRates(before, traffic({ eth0: [2000, 500], wg0: [1, 1], tun0: [5, 5] }), 1)).toEqual([
      { name: 'eth0', receive: 1000, send: 0 },
    ]);
    expect(networkRates(before, traffic({ wg0: [1, 1] }), 1)).toBeNull();
  });

  test('readings of the same moment give no rate', () => {
    expect(networkRates(traffic({ eth0: [1, 1] }), traffic({ eth0: [2, 2] }), 0)).toBeNull();
  });
});
