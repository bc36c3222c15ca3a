import { join } from 'node:path';
import { listNames, parseNumber, readText } from './read-text.ts';

/** Bytes since boot, by name of the interface. */
export type Traffic = Map<string, { receive: number; send: number }>;

/** Bytes per second. */
export interface InterfaceRate {
  name: string;
  receive: number;
  send: number;
}

export async function readNetwork(proc: string, sys: string): Promise<Traffic | null> {
  const text = await readText(join(proc, 'net/dev'));
  if (text === null) return null;
  const all = parseNetwork(text);
  const kinds = await Promise.all([...all.keys()].map((name) => kindOf(join(sys, 'class/net', name))));
  return counted(all, kinds);
}

export function parseNetwork(dev: string): Traffic {
  const traffic: Traffic = new Map();
  for (const line of dev.split('\n')) {
    const match = /^\s*(\S+?):\s*(\d.*)$/.exec(line);
    const fields = match?.[2]?.trim().split(/\s+/) ?? [];
    const [receive, send] = [parseNumber(fields[0]), parseNumber(fields[8])];
    if (!match?.[1] || match[1] === 'lo' || receive === null || send === null) continue;
    traffic.set(match[1], { receive, send });
  }
  return traffic;
}

type Kind = 'hardware' | 'stacked' | 'virtual';

async function kindOf(folder: string): Promise<Kind> {
  const names = await listNames(folder);
  if (names.includes('device')) return 'hardware';
  return names.some((name) => name === 'bridge' || name.startsWith('lower_')) ? 'stacked' : 'virtual';
}

/**
 * A bridge, a bond, a tunnel or a container's virtual cable moves bytes that pass a network card as well. To count no
 * byte twice, only cards count where there are any, and in a container, which has none, all that rest on no other.
 */
function counted(all: Traffic, kinds: Kind[]): Traffic {
  const wanted: Kind = kinds.includes('hardware') ? 'hardware' : 'virtual';
  const some = new Map([...all].filter((_, index) => kinds[index] === wanted));
  return some.size > 0 ? some : all;
}

/** Rates between two readings. A counter that went backwards belongs to an interface that was made anew. */
export function networkRates(before: Traffic, after: Traffic, seconds: number): InterfaceRate[] | null {
  if (!(seconds > 0)) return null;
  const rates: InterfaceRate[] = [];
  for (const [name, now] of after) {
    const then = before.get(name);
    if (!then || now.receive < then.receive || now.send < then.send) continue;
    rates.push({
      name,
      receive: Math.round((now.receive - then.receive) / seconds),
      send: Math.round((now.send - then.send) / seconds),
    });
  }
  return rates.length > 0 || after.size === 0 ? rates : null;
}
