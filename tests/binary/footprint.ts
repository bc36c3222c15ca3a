import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What a server holds of the machine, as the machine tells it. */
export interface Footprint {
  /** MiB. */
  resident: number;
  descriptors: number;
  listeners: number;
  children: number[];
  /** In the folder of the modules' sockets. */
  sockets: string[];
  /** Copies of sources that are kept for what runs. */
  copies: string[];
}

/** Processes whose parent is this one, by their ids. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);

export const isAlive = (pid: number): boolean => {
  try {
    // A zombie is over.
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};

const entries = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const descriptorsOf = (pid: number): string[] =>
  entries(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return [];
    }
  });

/** Sockets of the process that listen, on unix and on TCP. */
const listenersOf = (descriptors: readonly string[]): number => {
  const own = new Set(descriptors.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  const rows = (file: string): string[][] =>
    readFileSync(`/proc/net/${file}`, 'latin1')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/));
  const unix = rows('unix').filter(([, , , flags, , , inode = '']) => flags === '00010000' && own.has(inode));
  const tcp = [...rows('tcp'), ...rows('tcp6')].filter((row) => row[3] === '0A' && own.has(row[9] ?? ''));
  return unix.length + tcp.length;
};

/** What the server of this process, on this data folder, holds now. */
export function footprintOf(pid: number, data: string): Footprint {
  const descriptors = descriptorsOf(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    resident: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    descriptors: descriptors.length,
    listeners: listenersOf(descriptors),
    children: childrenOf(pid),
    sockets: entries(join(data, '.m')),
    copies: entries(join(data, 'modules-run')),
  };
}
